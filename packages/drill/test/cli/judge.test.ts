import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ledgerHeaderLine, ledgerLine, readbackHeaderLine, readbackLine } from '@dr-drill/runbook-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commandsFor } from '../../src/cli/commands/index.ts'
import { runProgram } from '../../src/cli/program.ts'
import { runCli } from './run-cli.ts'

let directory = ''
const path = (name: string) => join(directory, name)

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'judge-test-'))
  const count = 200
  const header = ledgerHeaderLine({
    unit: 'record',
    coverage: 'complete',
    order: 'position',
    domain: 'history',
    history: 'h',
    failureAt: 2_000_000,
  })
  const acknowledged = Array.from({ length: count }, (_, index) =>
    ledgerLine({
      op: 'acknowledged',
      key: `k${index}`,
      position: String(index),
      at: 1_000_000 + index,
      digest: `d${index}`,
    }),
  )
  const records = Array.from({ length: count }, (_, index) =>
    readbackLine({ key: `k${index}`, digest: `d${index}` }),
  )
  const readback = (lines: readonly string[]) => readbackHeaderLine({ order: 'none' }) + lines.join('')
  writeFileSync(path('ledger'), header + acknowledged.join(''))
  writeFileSync(path('whole'), readback([...records].reverse()))
  writeFileSync(path('tail-lost'), readback(records.slice(0, 190)))
  writeFileSync(path('hole'), readback(records.filter((_, index) => index !== 7)))
  writeFileSync(path('cut'), `${readback(records)}{"key":"k2`)
  writeFileSync(path('broken'), `${readback(records.slice(0, 3))}{"key":7}\n`)
  mkdirSync(path('folder'))
  mkdirSync(path('work'))
  symlinkSync(path('whole'), path('link'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

async function judge(
  readback: string,
  ...more: string[]
): Promise<{ code: number; out: string; err: string }> {
  const seen = { out: '', err: '' }
  const terminal = {
    out: (text: string) => {
      seen.out += text
    },
    err: (text: string) => {
      seen.err += text
    },
    isLive: false,
    columns: 80,
    colour: false,
  }
  const interrupts = { received: null, onInterrupt: () => () => {}, setLastLine() {}, leaveToSystem() {} }
  const args = ['judge', '--ledger', 'ledger', '--readback', readback, '--work-dir', 'work', ...more]
  const code = await runProgram(
    args,
    { terminal, interrupts, variables: {}, directory, version: '1' },
    await commandsFor(args),
  )
  expect(readdirSync(path('work'))).toEqual([])
  return { code, ...seen }
}

describe('judge', () => {
  test.each([
    ['whole', 0, 'restored'],
    ['link', 0, 'restored'],
    ['tail-lost', 0, 'restored-with-loss'],
    ['hole', 1, 'restored-with-loss'],
    ['cut', 4, 'inconclusive'],
  ])('%s: exit %i, %s', async (readback, code, kind) => {
    const result = await judge(readback)
    expect([result.code, result.err]).toEqual([code, ''])
    const judgement = JSON.parse(result.out) as Record<string, unknown>
    expect(Object.keys(judgement).slice(0, 6)).toEqual([
      'kind',
      'schemaVersion',
      'loss',
      'rpo',
      'verdict',
      'passed',
    ])
    expect(judgement).toMatchObject({
      kind: 'judgement',
      schemaVersion: 1,
      verdict: { kind },
      passed: code === 0,
    })
  })

  test('the time of the failure can be given', async () => {
    const { out } = await judge('tail-lost', '--failure-at', '1970-01-01T00:20:00Z')
    expect(JSON.parse(out)).toMatchObject({ rpo: { lossWindowMs: 199_810 } })
  })

  test('people get words', async () => {
    const { code, out } = await judge('hole', '--format', 'plain')
    expect([code, out]).toEqual([1, expect.stringMatching(/^RESTORED WITH LOSS \(not passed\)\n/)])
    expect(out).toContain('199 of 200 acknowledged records')
  })

  test.each([
    ['missing', 'input-unreadable'],
    ['folder', 'input-unreadable'],
    ['ledger', 'input-invalid'],
    ['broken', 'input-invalid: line 5'],
  ])('%s cannot be read: exit 2, said in words', async (readback, message) => {
    const { code, out, err } = await judge(readback)
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(message)
  })

  test('a time that is none is bad usage', async () => {
    const { code, err } = await judge('whole', '--failure-at', 'yesterday')
    expect([code, err]).toEqual([2, expect.stringContaining('usage-invalid')])
  })

  test('as a process: one JSON document on stdout, nothing else', async () => {
    const { code, stdout, stderr } = await runCli([
      'judge',
      '--ledger',
      path('ledger'),
      '--readback',
      path('whole'),
    ])
    expect([code, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toMatchObject({ loss: { acknowledged: 200, recovered: 200, lost: 0 } })
  })
})
