import type { Report } from '@dr-drill/runbook-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type FaultedRun, FaultedRuns, faults, isRoot, outputOf, wrongInvariants } from './faulted-runs.ts'

// Each test is whole runs of real processes: on a busy machine they take as long as they take.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const isLong = process.env.DRILL_TEST_LONG === '1'
const runs = new FaultedRuns()
let plain: FaultedRun
let untouched: string

beforeAll(async () => {
  await runs.prepare()
  untouched = runs.worldDigest()
  plain = await runs.run('plain', [])
})
afterAll(() => runs.remove())

/** Same exit, same loss, nothing violated, and every fault that was asked for has struck. */
function survived(run: FaultedRun): void {
  expect([run.code, run.report.verdict?.kind, run.report.loss], run.stderr).toEqual([
    0,
    plain.report.verdict.kind,
    plain.report.loss,
  ])
  expect(run.report.faults.filter(({ fired }) => !fired)).toEqual([])
  expect(wrongInvariants(run.report)).toEqual([])
  expect(runs.worldDigest()).toBe(untouched)
}

const chosen = ({ selection }: Report) => selection.find((one) => one.chosen)?.candidate
const refusal = ({ selection }: Report, candidate: string | undefined) =>
  selection.find((one) => one.candidate === candidate)?.reason

test('without a fault the run loses its unarchived tail and nothing else', () => {
  expect([plain.code, plain.report.verdict.kind, plain.fired]).toEqual([0, 'restored-with-loss', []])
  expect(plain.report.loss?.lost).toBeGreaterThan(0)
})

test('what passes is fetched again, what has another copy comes from there, what is unreadable is repaired', async () => {
  const run = await runs.run(
    'passing',
    faults(
      'partial-sync',
      'partial-sync:how=listing,where=archive',
      'partial-sync:where=archive',
      'truncated-object',
      'corrupt-segment',
      'bad-permissions',
      'bad-permissions:step=set-ownership',
      's3-outage:seconds=1',
    ),
  )
  survived(run)
  expect(chosen(run.report)).toBe(chosen(plain.report))
  const told = run.events.flatMap((event) =>
    event.type === 'fault-fired' && event.fault.kind === 'bad-permissions' ? [event.detail] : [],
  )
  expect(told).toHaveLength(2)
  expect(told[0]).toContain(isRoot ? 'of root, mode 0600: the service cannot read them' : 'mode 0000')
  for (const step of ['set-ownership', 'start-service']) {
    expect(outputOf(run, step).mended).toContain('/var/lib/stemedb/wal')
  }
})

test('a drill that is not root repairs modes, too', async () => {
  const run = await runs.run('unprivileged', faults('bad-permissions'), { asNobody: true })
  survived(run)
  expect(run.events.find((event) => event.type === 'fault-fired')).toMatchObject({
    detail: expect.stringContaining('mode 0000: the service cannot read them'),
  })
  expect(outputOf(run, 'set-ownership').mended).toContain('/var/lib/stemedb/db')
})

test('a backup without its manifest is passed over for an older one', async () => {
  const run = await runs.run('incomplete', faults('incomplete-backup'))
  survived(run)
  expect(chosen(run.report)).not.toBe(chosen(plain.report))
  expect(refusal(run.report, chosen(plain.report))).toMatch(/^incomplete: /)
})

test('an object that never arrives whole costs its backup, not the restore', async () => {
  const run = await runs.run('never-whole', faults('truncated-object:where=manifest,lasting=true'))
  survived(run)
  expect(refusal(run.report, chosen(plain.report))).toContain('while the store answered')
})

test('a segment that is damaged everywhere is no loss while the base holds what it held', async () => {
  const segment = runs.segmentOfNewestBackup()
  survived(await runs.run('covered', faults(`corrupt-segment:copies=all,segment=${segment}`)))
})

test('a listing that never shows the archive, and a sidecar that never arrives whole, cost nothing', async () => {
  survived(
    await runs.run(
      'unlisted',
      faults(
        'partial-sync:how=listing,where=archive,lasting=true,files=1000',
        'partial-sync:how=listing,lasting=true',
        'truncated-object:where=sidecar,lasting=true',
      ),
    ),
  )
})

/** Each alone, as `drill faults` lists them, drawn anew for each seed. */
const ALONE = [
  'partial-sync',
  'partial-sync:files=100',
  'partial-sync:lasting=true',
  'partial-sync:files=100,lasting=true',
  'partial-sync:how=listing',
  'partial-sync:how=listing,lasting=true,files=5',
  'partial-sync:how=listing,where=archive,lasting=true',
  'partial-sync:how=listing,where=archive,lasting=true,files=2',
  'partial-sync:how=listing,where=archive,lasting=true,files=1000',
  'truncated-object:lasting=true',
  'truncated-object:where=archive',
  'truncated-object:where=manifest',
  'truncated-object:where=sidecar',
  'truncated-object:where=sidecar,lasting=true',
  'incomplete-backup:backups=2',
  'corrupt-segment',
  'corrupt-checkpoint',
  'corrupt-manifest',
  'corrupt-manifest:backups=2',
  'lost-sidecar',
  's3-outage:seconds=5',
  's3-outage:seconds=3,step=force-backup,store=archive',
]

test.each(isLong ? ALONE : [])('survived for any seed: %s', async (fault) => {
  for (const seed of [2, 3, 4]) {
    survived(
      await runs.run(`${fault.replaceAll(/\W/g, '-')}-${seed}`, ['--seed', `${seed}`, ...faults(fault)]),
    )
  }
})
