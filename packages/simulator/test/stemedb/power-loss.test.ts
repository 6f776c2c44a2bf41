import type { Task } from '@dr-drill/runbook-core'
import { openEngine, RandomStream } from '@dr-drill/simulator'
import { expect, test } from 'vitest'
import {
  firstViolation,
  life,
  liveUntil,
  OPTIONS,
  restoredDisk,
  type SyncSite,
  siteWatcher,
  toldNothing,
  violationOn,
} from './crash-support.ts'
import { Host } from './support.ts'

const long = process.env.DRILL_TEST_LONG === '1'

const SITES: readonly SyncSite[] = [
  'checkpoint',
  'close segment',
  'commit',
  'names of checkpoints',
  'names of the log, in recovery',
  'names of the log, in rotation',
  'recovered segment',
  'segment header',
]

test('power loss or death at every effect, and after the last, loses nothing acknowledged and returns nothing never submitted', () => {
  const plan = { draws: long ? 12 : 3, secondLifeStep: long ? 1 : 11, middleware: null }
  const { violation, deaths } = firstViolation(plan)
  expect(violation).toBeNull()
  expect(deaths).toBeGreaterThan(60)
})

test('power loss at every effect of the start after a restore: the history begins once, and nothing is lost', () => {
  const told = toldNothing()
  const start = restoredDisk(told)
  liveUntil(start, life(told, 6), 20)
  const beginHistory = 'f6'.repeat(16)
  function* restored(): Task<string> {
    const engine = yield* openEngine({ ...OPTIONS, beginHistory })
    return engine.health().history
  }
  let deaths = 0
  for (let ended = false; !ended; deaths += 1) {
    const disk = start.fork()
    ended = liveUntil(disk, restored(), deaths)
    for (let draw = 0; draw < (long ? 40 : 6); draw += 1) {
      const left = disk.fork()
      left.powerLoss(RandomStream.fromSeed(`${deaths}/${draw}`))
      expect(violationOn(left.fork(), told)).toBeNull()
      const host = new Host(left)
      expect(host.must(restored())).toBe(beginHistory)
      const { walSegments } = host.open({ ...OPTIONS, beginHistory }).health()
      expect(host.open({ ...OPTIONS, beginHistory }).health().walSegments).toBe(walSegments)
      expect(violationOn(left, told)).toBeNull()
    }
  }
  expect(deaths).toBeGreaterThan(5)
})

test('the engine has no other fsync than those that the canaries name', () => {
  const seen = new Set<SyncSite>()
  const told = toldNothing()
  const disk = restoredDisk(told)
  expect(liveUntil(disk, life(told, 6), 1_000_000, siteWatcher(seen, null))).toBe(true)
  expect(liveUntil(disk, life(told, 50), 1_000_000, siteWatcher(seen, null))).toBe(true)
  expect([...seen].sort()).toEqual(SITES)
})

test.each(SITES)('canary: without the fsync of "%s" a loss is seen', (site) => {
  const middleware = () => siteWatcher(new Set(), site)
  const tries = [
    { draws: 6, secondLifeStep: null, beforeSyncsOnly: true },
    { draws: 4, secondLifeStep: 7, beforeSyncsOnly: true },
    { draws: 300, secondLifeStep: null, beforeSyncsOnly: true },
    { draws: 16, secondLifeStep: 5 },
  ]
  const found = tries.some((plan) => firstViolation({ ...plan, middleware }).violation !== null)
  expect(found, `nothing shows that the fsync of "${site}" is needed`).toBe(true)
})
