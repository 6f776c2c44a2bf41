import {
  Clock,
  driveSync,
  environment,
  fork,
  OperatingError,
  sleep,
  type Task,
  type TimerUnit,
} from '@dr-drill/runbook-core'
import { clockHandlers, Kernel, RandomStream, TimerScheduler } from '@dr-drill/simulator'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const EPOCH = Date.parse('2026-02-11T00:05:00Z')

const timer = (name: string, intervalMs: number, more: Partial<TimerUnit> = {}): TimerUnit => ({
  kind: 'timer',
  name: `${name}.timer`,
  description: name,
  service: `${name}.service`,
  intervalMs,
  alignedToDay: true,
  accuracyMs: 0,
  ...more,
})

interface Run {
  service: string
  start: number
  end: number
}

/** Runs a scheduler under a script in virtual time and answers every run of a service, in history time. */
function scheduled(
  script: (scheduler: TimerScheduler) => Task<void>,
  durationMs: (service: string) => number,
  delayOf?: (unit: TimerUnit) => number,
): Run[] {
  const kernel = new Kernel({ horizonMs: 10 * 24 * HOUR })
  const runs: Run[] = []
  function* perform(service: string): Task<void> {
    const start = yield* Clock.historyNow({})
    yield* sleep(durationMs(service))
    runs.push({ service, start, end: yield* Clock.historyNow({}) })
  }
  const scheduler = new TimerScheduler(perform, delayOf)
  function* main(): Task<void> {
    yield* fork(scheduler.supervise(), 'timers')
    yield* script(scheduler)
  }
  const exit = driveSync(main(), environment({ Clock: clockHandlers(kernel, { epochMs: EPOCH }) }), {
    time: kernel,
  })
  expect(exit).toEqual({ kind: 'success', value: undefined })
  return runs
}

const clockOf = (at: number) => new Date(at).toISOString().slice(8, 16)

test('backups every six hours and archives every quarter of an hour start where the day says', () => {
  const runs = scheduled(
    function* (scheduler) {
      scheduler.enable(timer('backup', 6 * HOUR))
      scheduler.enable(timer('archive', 15 * MINUTE))
      yield* sleep(19 * HOUR)
    },
    () => 1000,
  )
  const of = (service: string) =>
    runs.filter((run) => run.service === service).map((run) => clockOf(run.start))
  expect(of('backup.service')).toEqual(['11T06:00', '11T12:00', '11T18:00'])
  expect(of('archive.service')).toHaveLength(76)
  expect(of('archive.service').slice(0, 2)).toEqual(['11T00:15', '11T00:30'])
})

test('one service never runs twice at once, timers never stop, and each start is an elapse (property)', () => {
  const unit = fc.record({
    service: fc.constantFrom('a.service', 'b.service'),
    intervalMs: fc.integer({ min: MINUTE, max: 7 * HOUR }),
    alignedToDay: fc.boolean(),
    accuracyMs: fc.integer({ min: 0, max: 5 * MINUTE }),
  })
  fc.assert(
    fc.property(
      fc.array(unit, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 0, max: 3 * HOUR }),
      fc.integer(),
      (units, durationMs, seed) => {
        const timers = units.map((more, index) => timer(`t${index}`, more.intervalMs, more))
        const random = RandomStream.fromSeed(seed)
        const delays = new Map(timers.map((one) => [one, random.split(one.name).integer(0, one.accuracyMs)]))
        const runs = scheduled(
          function* (scheduler) {
            for (const one of timers) scheduler.enable(one)
            yield* sleep(30 * HOUR)
          },
          () => durationMs,
          (one) => delays.get(one) ?? 0,
        )
        for (const service of ['a.service', 'b.service']) {
          const mine = runs.filter((run) => run.service === service)
          mine.forEach((run, index) => {
            const next = mine[index + 1]
            if (next !== undefined) expect(next.start).toBeGreaterThanOrEqual(run.end)
          })
          const feeding = timers.filter((one) => one.service === service)
          for (const one of feeding) {
            const elapses = Math.floor((30 * HOUR - durationMs - 2 * one.accuracyMs) / one.intervalMs)
            const least = Math.floor(elapses / (Math.ceil(durationMs / one.intervalMs) + 1))
            expect(mine.length).toBeGreaterThanOrEqual(least)
          }
          for (const run of mine)
            expect(feeding.some((one) => startsAt(one, delays.get(one) ?? 0, run.start))).toBe(true)
        }
      },
    ),
    { numRuns: 30 },
  )
})

/** Whether a timer that was enabled at the epoch may start its service at an instant. */
function startsAt(one: TimerUnit, delayMs: number, at: number): boolean {
  const elapse = at - delayMs
  if (!one.alignedToDay) return (elapse - EPOCH) % one.intervalMs === 0
  return (elapse % (24 * HOUR)) % one.intervalMs === 0
}

test('a run asked for by hand joins the one under way and tells how it ended', () => {
  let runs = 0
  const kernel = new Kernel()
  function* perform(): Task<void> {
    runs += 1
    yield* sleep(10 * MINUTE)
    if (runs === 2) throw new OperatingError('store-unavailable', 'no bucket')
  }
  const scheduler = new TimerScheduler(perform)
  function* main(): Task<unknown> {
    yield* fork(scheduler.supervise())
    const unit = timer('archive', 15 * MINUTE)
    scheduler.enable(unit)
    yield* sleep(11 * MINUTE)
    const during = { ...scheduler.runStatus(unit.service) }
    yield* scheduler.runOnce(unit.service)
    const joinedAt = yield* Clock.drillNow({})
    scheduler.disable(unit)
    let failure = ''
    try {
      yield* scheduler.runOnce(unit.service)
    } catch (error) {
      failure = (error as OperatingError).code
    }
    const after = scheduler.runStatus(unit.service)
    yield* sleep(HOUR)
    return [during, joinedAt, failure, after.lastFailure?.code, scheduler.timerStatus(unit.name), runs]
  }
  const exit = driveSync(main(), environment({ Clock: clockHandlers(kernel, { epochMs: EPOCH }) }), {
    time: kernel,
  })
  expect(exit).toEqual({
    kind: 'success',
    value: [
      { running: true, lastStartedAt: EPOCH + 10 * MINUTE, lastFailure: null },
      20 * MINUTE,
      'store-unavailable',
      'store-unavailable',
      { enabled: false, nextElapseAt: null },
      2,
    ],
  })
})
