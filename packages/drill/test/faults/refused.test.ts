import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { FaultedRuns, faults, wrongInvariants } from './faulted-runs.ts'

// Each test is whole runs of real processes: on a busy machine they take as long as they take.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const isLong = process.env.DRILL_TEST_LONG === '1'
const runs = new FaultedRuns()
beforeAll(async () => {
  await runs.prepare()
})
afterAll(() => runs.remove())

test('a segment that is damaged in every copy: refused by range; with the loss accepted exactly what follows is lost', async () => {
  const refused = await runs.run('every-copy', faults('corrupt-segment:copies=all'))
  expect([refused.code, refused.report.verdict?.kind, refused.fired]).toEqual([
    3,
    'refused',
    ['corrupt-segment'],
  ])
  const { reason, next } = refused.report.verdict
  const [, first = '', before = ''] =
    /no good copy holds the positions from (\d+) to before (\d+): segment-\d{5}\.wal/.exec(reason) ?? []
  expect(Number(before)).toBeGreaterThan(Number(first))
  expect(next).toMatch(/Find another copy of segment-\d{5}\.wal .*--param accept-loss=true/)

  const accepted = await runs.run('accepted', [
    ...faults('corrupt-segment:copies=all'),
    '--param',
    'accept-loss=true',
  ])
  const { loss, verdict } = accepted.report
  const acknowledged = runs.acknowledgedUpTo(Number.POSITIVE_INFINITY)
  const recovered = runs.acknowledgedUpTo(Number(first) - 1)
  expect(loss).toMatchObject({ acknowledged, recovered, lost: acknowledged - recovered, altered: 0 })
  expect(verdict.kind).toBe('restored-with-loss')
  // More is lost than the timers allow, and that is said; nothing else is wrong.
  expect([accepted.code, wrongInvariants(accepted.report)]).toEqual([1, ['I2']])
})

test.each(
  isLong
    ? ['lost-segment', 'lost-segment:sidecar=true', 'swapped-segments', 'swapped-segments:sidecars=true']
    : [],
)('refused as in the simulated world: %s', async (fault) => {
  const run = await runs.run(fault.replaceAll(/\W/g, '-'), faults(fault))
  expect([run.code, run.report.verdict?.kind, run.report.faults[0]?.fired]).toEqual([3, 'refused', true])
  expect(run.report.verdict.reason).toMatch(/^no good copy holds the positions from \d+/)
})

test('an endless outage: refused while nothing is placed, later a failure that resume mends', async () => {
  const endless = 's3-outage:seconds=endless'
  const [before, after] = await Promise.all([
    runs.run('outage-before', [...faults(endless), '--param', 'store-patience=1s']),
    runs.run('outage-after', faults(`${endless},step=force-backup`)),
  ])
  expect([before.code, before.report.verdict?.kind, before.fired]).toEqual([3, 'refused', ['s3-outage']])
  expect([after.code, after.report.verdict?.kind, after.fired]).toEqual([1, 'failed', ['s3-outage']])
  const resumed = await runs.resume(after.directory)
  expect([resumed.code, wrongInvariants(resumed.report)], resumed.stderr).toEqual([0, []])
  expect(resumed.report.loss?.recovered).toBeGreaterThan(0)
})

test('a fault that had no chance to strike makes the run inconclusive, however else it ended', async () => {
  const run = await runs.run(
    'unfired',
    faults('corrupt-segment:copies=all', 'kill-runner:step=switch-traffic'),
  )
  expect([run.code, run.report.verdict?.kind, run.fired]).toEqual([4, 'inconclusive', ['corrupt-segment']])
  expect(run.report.verdict.reason).toMatch(/^fault kill-runner was asked for and did not fire/)
})

test.each([
  [
    'a dry run',
    ['--fault', 'incomplete-backup', '--dry-run'],
    '--dry-run does nothing that --fault could strike',
  ],
  ['a step that does not exist', ['--fault', 'kill-runner:step=nowhere'], 'nowhere, which does not exist'],
])('%s is told before anything is made', async (_what, args, told) => {
  const run = await runs.run('usage', args)
  expect([run.code, run.events]).toEqual([2, []])
  expect(run.stderr).toContain(told)
})

test("somebody's own store is never damaged", async () => {
  const source = ['--source', 's3://bucket', '--endpoint', 'http://127.0.0.1:1', ...faults('partial-sync')]
  const run = await runs.runOn('not-ours', source)
  expect([run.code, run.events]).toEqual([2, []])
  expect(run.stderr).toContain('--world DIR')
})
