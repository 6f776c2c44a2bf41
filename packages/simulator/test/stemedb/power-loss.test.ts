import { expect, test } from 'vitest'
import {
  firstViolation,
  life,
  liveUntil,
  restoredDisk,
  type SyncSite,
  siteWatcher,
  toldNothing,
} from './crash-support.ts'

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
