import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testedCommand } from '../support/own-command.ts'
import { startServer } from './small-world.ts'

/** Small here, as large as promised with DRILL_TEST_LONG=1: the larger world holds ten times the data. */
const LONG = process.env.DRILL_TEST_LONG === '1'
const [SMALL, LARGE] = LONG ? [100_000, 1_000_000] : [3_000, 30_000]
const MIB = 1024 * 1024
const TIMEOUT_MS = LONG ? 30 * 60_000 : 120_000

let base = ''
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'drill-memory-'))
})
afterAll(() => rmSync(base, { recursive: true, force: true }))

interface Ended {
  readonly code: number | null
  readonly stderr: string
  /** Peak of resident memory, threads included, as the kernel saw it. */
  readonly peakBytes: number
}

/** Runs the command line and watches its high-water mark, which only ever rises. */
function watched(args: readonly string[]): Promise<Ended> {
  const [node, ...rest] = testedCommand()
  return new Promise((resolve, reject) => {
    const child = spawn(node, [...rest, ...args], {
      env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent' },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let [peakBytes, stderr] = [0, '']
    const look = setInterval(() => {
      peakBytes = Math.max(peakBytes, highWater(child.pid ?? 0))
    }, 20)
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-4_000)
    })
    child.on('error', reject)
    child.on('close', (code) => {
      clearInterval(look)
      resolve({ code, stderr, peakBytes })
    })
  })
}

function highWater(pid: number): number {
  try {
    const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return Number(found?.[1] ?? 0) * 1024
  } catch {
    // It has just ended; what was seen before counts.
    return 0
  }
}

async function peakOfRun(assertions: number): Promise<number> {
  const world = join(base, `world-${assertions}`)
  const made = await watched(['world', world, '--assertions', String(assertions), '--quiet'])
  expect(made.code, made.stderr).toBe(0)
  const server = await startServer(['s3', '--data', join(world, 's3')], {})
  try {
    const out = join(base, `run-${assertions}`)
    const source = ['--source', 's3://stemedb-backups-prod', '--endpoint', server.url]
    const truth = ['--ledger', join(world, 'ledger.jsonl'), '--trust-key', join(world, 'trust.pub')]
    const run = await watched(['run', 'full-restore', ...source, ...truth, '--out', out, '--format', 'json'])
    expect(run.code, run.stderr).toBe(0)
    const { loss } = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as {
      loss: { acknowledged: number }
    }
    expect(loss.acknowledged).toBe(assertions)
    return run.peakBytes
  } finally {
    await server.stop()
    rmSync(world, { recursive: true, force: true })
  }
}

test('ten times the data takes at most 1.15 times the memory, and a million assertions at most 200 MiB', {
  timeout: TIMEOUT_MS,
}, async () => {
  const small = await peakOfRun(SMALL)
  const large = await peakOfRun(LARGE)
  expect(small).toBeGreaterThan(20 * MIB)
  expect(large / small, `${small} and ${large} bytes`).toBeLessThanOrEqual(1.15)
  expect(large).toBeLessThanOrEqual(200 * MIB)
})
