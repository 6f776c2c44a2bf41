import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Report } from '@dr-drill/runbook-core'
import { afterAll, expect, test } from 'vitest'
import { connectEngine } from '../../src/targets/containers/engine/connect.ts'
import { removeRun } from '../../src/targets/containers/engine/sweep.ts'
import { bundledCli, startCli } from './bundled-cli.ts'
import { leftOf, NOTHING } from './left-in-engine.ts'

const folder = mkdtempSync(join(tmpdir(), 'drill-containers-'))
const docker = await connectEngine()
afterAll(async () => {
  // What a test that failed left in the engine.
  for (const name of readdirSync(folder)) await removeRun(docker, runIdOf(join(folder, name)))
  rmSync(folder, { recursive: true, force: true })
})

/** Steps during or after which the agent is killed: one drawn by the seed, or in the long form all. */
const KILL_AFTER = [
  'Stop what may write to the data directories',
  'Find the usable backups',
  'Download the newest backup',
  'Move the verified files into place',
  'Start StemeDB for this host only',
  'Enable the timers that protect the data',
  'Restart the service on that address',
]
const isLong = process.env.DRILL_TEST_LONG === '1'
const seed = Number(process.env.DRILL_TEST_SEED ?? Date.now())
const killedAfter = isLong ? KILL_AFTER : [KILL_AFTER[seed % KILL_AFTER.length] ?? '']

const small = ['--target', 'containers', '--assertions', '600'] as const
const runIdOf = (out: string): string =>
  (JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')) as { runId: string }).runId
const reportOf = (out: string): Report => JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as Report

/** What any full restore in containers must have come to. */
function expectRestored(report: Report): void {
  expect(report.verdict.kind).toBe('restored-with-loss')
  expect(report.passed).toBe(true)
  expect(report.target).toBe('containers')
  expect(report.objectives.rpo).toMatchObject({ basis: 'ledger', targetMs: 15_000, status: 'met' })
  expect(report.loss).toMatchObject({ altered: 0, duplicated: 0, unexpected: 0 })
  // What clients wrote after the last archive cycle went down with production's disk.
  expect(report.loss?.lost).toBeGreaterThan(0)
  expect(report.loss?.acknowledged).toBeGreaterThan(600)
  const held = report.invariants.filter(({ status }) => status === 'held').map(({ id }) => id)
  expect(held).toEqual(expect.arrayContaining(['I5', 'I6', 'I8', 'I9', 'I11', 'I12', 'I15', 'I16']))
  const exercised = Object.fromEntries(report.checklist.map((item) => [item.id, item.exercised]))
  expect(exercised).toMatchObject({ 'server-active': 'sandbox', backups: 'sandbox', dns: 'recorded' })
}

test('production lives, is destroyed and is restored onto a host that boots; nothing is left in the engine', async () => {
  const out = join(folder, 'whole')
  const { code, stderr } = await bundledCli(['run', 'full-restore', ...small, '--out', out])
  expect(stderr).toContain('its disk is gone')
  expect(code, stderr).toBe(0)
  const report = reportOf(out)
  expectRestored(report)
  expect(await leftOf(docker, report.runId)).toEqual(NOTHING)
})

test(`an agent killed on the host loses nothing: resume goes on (killed after: ${killedAfter.join('; ')})`, async () => {
  const out = join(folder, 'agent-killed')
  for (const [index, step] of killedAfter.entries()) {
    const args = index === 0 ? ['run', 'full-restore', ...small, '--out', out] : ['resume', out]
    const run = startCli(args)
    // A step that was over before the last kill is not performed again: then the run comes to its end.
    const isPrinted = await run.printed(step).then(
      () => true,
      () => false,
    )
    if (!isPrinted) break
    const runId = runIdOf(out)
    const kill = ['pkill', '-KILL', '-f', '/opt/dr-drill/lib/agent.mjs']
    execFileSync('docker', ['exec', `dr-drill-${runId}-recovery-host`, ...kill])
    const { code, stderr } = await run.ended
    // Between two steps nothing was under way that could be lost: then the run goes on by itself.
    if (code === 0) return expectRestored(reportOf(out))
    expect(stderr).toContain('agent-lost')
  }
  const resumed = await bundledCli(['resume', out])
  expect(resumed.code, resumed.stderr).toBe(0)
  expectRestored(reportOf(out))
})

test('interrupted: containers go, data stays; resumed: new containers on it restore; cleaned twice: nothing to clean', async () => {
  const out = join(folder, 'interrupted')
  const run = startCli(['run', 'full-restore', ...small, '--out', out])
  await run.printed('Move the verified files into place')
  run.process.kill('SIGINT')
  const { code, stderr } = await run.ended
  expect(code).toBe(130)
  expect(stderr.trimEnd().split('\n').at(-1)).toBe(`Resume it with: ./drill resume ${out}`)
  const runId = runIdOf(out)
  const left = await leftOf(docker, runId)
  expect(left).toMatchObject({ containers: 0, networks: 0 })
  expect(left.volumes).toBeGreaterThan(0)
  const resumed = await bundledCli(['resume', out])
  expect(resumed.code, resumed.stderr).toBe(0)
  expectRestored(reportOf(out))
  expect(await leftOf(docker, runId)).toEqual(NOTHING)
  expect((await bundledCli(['clean', out])).stdout).toBe(`nothing to clean in ${out}\n`)
})
