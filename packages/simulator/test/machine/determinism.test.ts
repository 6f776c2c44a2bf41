import { attempt, Clock, Services, sleep, type Task } from '@dr-drill/runbook-core'
import { RandomStream, RecordedDraws } from '@dr-drill/simulator'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MINUTE, TestMachine } from './support.ts'

/** What befalls the machine, by name, with one number. */
const VERBS: Readonly<Record<string, (host: TestMachine, amount: number) => unknown>> = {
  stepClock: ({ machine }, amount) => machine.control.stepClock(amount * 1_000),
  driftClock: ({ machine }, amount) => machine.control.driftClock(amount * 1_000),
  crash: ({ machine }, amount) => machine.control.crashService('toy.service', { restarts: amount % 2 === 0 }),
  hang: ({ machine, kernel }, amount) => {
    kernel.after(amount * 1_000, machine.control.hangService('toy.service'))
  },
  failStarts: ({ machine }, amount) => machine.control.failStarts('toy.service', amount % 3),
  failRuns: ({ machine }, amount) => machine.control.failRuns('job.service', amount % 3),
  stopTimer: ({ machine, kernel }, amount) => {
    kernel.after(amount * MINUTE, machine.control.stopTimer('job.timer'))
  },
  losePower: ({ machine }, amount) => machine.control.losePower(amount * 1_000),
  pause: ({ machine }, amount) => machine.control.pause(amount * 1_000),
  occupy: ({ machine, kernel }, amount) => {
    kernel.after(amount * 1_000, machine.control.occupy('toy'))
  },
}

const events = fc.array(
  fc.record({
    verb: fc.constantFrom(...Object.keys(VERBS)),
    amount: fc.integer({ min: 0, max: 200 }),
    atMs: fc.integer({ min: 0, max: 60 * MINUTE }),
  }),
  { maxLength: 8 },
)
type Events = typeof events extends fc.Arbitrary<infer A> ? A : never

/** An hour in which somebody does what operators do, whatever comes of it. */
function* operated(trace: string[]): Task<void> {
  const does = function* (what: string, task: Task<unknown>): Task<void> {
    const result = yield* attempt(task)
    const told = result.ok ? JSON.stringify(result.value ?? null) : result.error.code
    trace.push(`${yield* drillNow()} ${what} ${told}`)
  }
  yield* does('enable', Services.enable({ name: 'job.timer' }))
  yield* does('enable', Services.enable({ name: 'toy.service' }))
  yield* does('start', Services.start({ name: 'job.timer' }))
  for (let round = 0; round < 12; round += 1) {
    yield* does('start', Services.start({ name: 'toy.service' }))
    yield* does('run', Services.runOnce({ name: 'job.service', timeoutMs: MINUTE }))
    yield* does('status', Services.status({ names: ['toy.service', 'job.service', 'job.timer'] }))
    yield* does('history', Clock.historyNow({}))
    yield* does('wait', sleep(5 * MINUTE))
  }
}

function* drillNow(): Task<number | string> {
  const now = yield* attempt(Clock.drillNow({}))
  return now.ok ? now.value : 'off'
}

function traced(seed: number, happens: Events) {
  const draws = new RecordedDraws()
  const host = new TestMachine({ random: RandomStream.fromSeed(seed, draws) })
  const trace: string[] = []
  for (const { verb, amount, atMs } of happens) host.kernel.after(atMs, () => VERBS[verb]?.(host, amount))
  host.do(operated(trace))
  return { trace, met: host.met, runs: host.runs, draws: draws.draws }
}

test('whatever befalls a machine, the same seed lives the same hour to the draw, and nothing gets stuck (property)', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), events, (seed, happens) => {
      const first = traced(seed, happens)
      expect(traced(seed, happens)).toEqual(first)
      expect(first.trace.length).toBe(3 + 12 * 5)
      if (happens.length === 0) expect(first.met).toEqual([])
    }),
    { numRuns: 40 },
  )
})

test('an hour in which nothing befalls the machine is the plain one', () => {
  const { trace, met, runs } = traced(1, [])
  expect(met).toEqual([])
  expect(runs.length).toBe(16)
  expect(trace.every((line) => !/failed|timed-out/.test(line))).toBe(true)
})
