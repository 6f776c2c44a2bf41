import {
  type EngineEffect,
  initialState,
  OperatingError,
  type RunEvent,
  transition,
} from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitraryCase } from './support/arbitrary-graph.ts'
import { runs } from './support/runs.ts'
import { type ToyStep, toyOptions, toyRunbook } from './support/toy-runbook.ts'
import { ToyWorld } from './support/toy-world.ts'

const HEX = '0'.repeat(64)

function deepFreeze<A>(value: A): A {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) deepFreeze(inner)
  }
  return value
}

test('transition is pure: same input, same output, and old states stay as they were', () => {
  fc.assert(
    fc.property(arbitraryCase(30), (drawn) => {
      const world = new ToyWorld(drawn.scripts)
      const runbook = toyRunbook(drawn.steps)
      world.run(toyOptions(runbook, { concurrency: drawn.concurrency }))
      let state = deepFreeze(initialState(runbook, drawn.concurrency))
      const trail = world.events.map((event) => {
        const before = state
        const result = deepFreeze(transition(before, deepFreeze(event)))
        state = result[0]
        return { before, event, result }
      })
      for (const { before, event, result } of trail.toReversed()) {
        const again = transition(before, event)
        expect(again[1]).toEqual(result[1])
        expect({ ...again[0], steps: [...again[0].steps] }).toEqual({
          ...result[0],
          steps: [...result[0].steps],
        })
      }
    }),
    runs(40),
  )
})

/** Answers effects in memory, as the dumbest interpreter would; counts what it did. */
function drive(steps: readonly ToyStep[], concurrency: number) {
  let state = initialState(toyRunbook(steps), concurrency)
  const counted = { events: 0, copies: 0 }
  const { identity } = toyOptions(toyRunbook(steps))
  const started = { ...identity, type: 'run-started', runbook: {}, params: {}, objectives: {} }
  const queue: RunEvent[] = [started as unknown as RunEvent]
  let finish: EngineEffect | null = null
  for (let index = 0; index < queue.length; index += 1) {
    const [next, effects] = transition(state, queue[index] as RunEvent)
    counted.events += 1
    counted.copies += state.steps.distance(next.steps)
    state = next
    for (const effect of effects) {
      if (effect.do === 'finish') finish = effect
      else if (effect.do === 'begin') {
        const step = steps[effect.step]?.id ?? ''
        queue.push({ type: 'step-started', step, attempt: 1, input: null, inputDigest: HEX, key: HEX })
      } else if (effect.do === 'perform') {
        const step = steps[effect.step]?.id ?? ''
        const output = { step }
        queue.push({ type: 'step-succeeded', step, attempt: 1, output, captures: {}, exercised: 'sandbox' })
      }
    }
  }
  return { ...counted, finish, state }
}

const chainOfLayers = (count: number): ToyStep[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `s${index}`,
    needs: [index - 100, index - 117, index - 3 * 100].filter((need) => need >= 0).map((need) => `s${need}`),
  }))

test('ten times the nodes cost ten times the events and copied nodes, and a little depth', () => {
  const small = drive(chainOfLayers(1_000), 8)
  const large = drive(chainOfLayers(10_000), 8)
  for (const each of [small, large]) expect(each.finish).toMatchObject({ do: 'finish', outcome: 'completed' })
  expect(large.events).toBe(20_001)
  expect(small.events).toBe(2_001)
  // Three levels of nodes where there were two; nodes of 32 slots each, never the whole list.
  expect(large.copies).toBeLessThan(small.copies * 10 * 1.6)
  expect(large.copies).toBeLessThan(large.events * 3 * 8)
})

test('a second failure changes nothing about the cause, and starts nothing', () => {
  const steps = [{ id: 'a' }, { id: 'b' }, { id: 'c' }]
  const { identity } = toyOptions(toyRunbook(steps))
  const error = (message: string) => ({
    code: 'disk-full' as const,
    message,
    subject: null,
    hint: '',
    retryable: false,
    cause: null,
    origin: null,
  })
  const start = (step: string): RunEvent => ({
    type: 'step-started',
    step,
    attempt: 1,
    input: null,
    inputDigest: HEX,
    key: HEX,
  })
  const events: RunEvent[] = [
    { ...identity, type: 'run-started', runbook: {}, params: {}, objectives: {} } as unknown as RunEvent,
    start('a'),
    start('b'),
    { type: 'step-failed', step: 'a', attempt: 1, error: error('first') },
    { type: 'step-failed', step: 'b', attempt: 1, error: error('second') },
  ]
  let state = initialState(toyRunbook(steps), 2)
  const effects = events.map((event) => {
    const result = transition(state, event)
    state = result[0]
    return result[1]
  })
  expect(effects[3]).toEqual([{ do: 'interrupt', steps: [1] }])
  expect(effects[4]).toEqual([{ do: 'finish', outcome: 'failed', firstCause: error('first') }])
})

test('events that cannot follow, and steps that do not exist, are a damaged journal', () => {
  const state = initialState(toyRunbook([{ id: 'a' }, { id: 'b', needs: ['a'] }]), 1)
  const bad: RunEvent[] = [
    { type: 'step-undone', step: 'nobody' },
    { type: 'step-started', step: 'b', attempt: 1, input: null, inputDigest: HEX, key: HEX },
    { type: 'step-succeeded', step: 'a', attempt: 1, output: null, captures: {}, exercised: 'real' },
    { type: 'run-resumed', gapMs: 0, dropped: 'nothing' },
    { type: 'step-interrupted', step: 'b', attempt: 1 },
  ]
  for (const event of bad) expect(() => transition(state, event)).toThrow(/journal names|cannot follow/)
})

test('whatever well-formed events come in whatever order, the answer is a state or a typed error', () => {
  const steps = [{ id: 'a' }, { id: 'b', needs: ['a'] }, { id: 'c' }, { id: 'd', needs: ['b', 'c'] }]
  const runbook = toyRunbook(steps)
  const { identity } = toyOptions(runbook)
  const started = { ...identity, type: 'run-started', runbook: {}, params: {}, objectives: {} }
  const error = new OperatingError('connection-failed', 'x').toRecord()
  const approval = new OperatingError('approval-needed', 'x').toRecord()
  const obligation = { id: 'o', kind: 'k', subject: {}, release: 'on-interrupt' as const }
  const about = (step: string): RunEvent[] => [
    { type: 'step-started', step, attempt: 1, input: null, inputDigest: HEX, key: HEX },
    { type: 'step-succeeded', step, attempt: 1, output: null, captures: {}, exercised: 'real' },
    { type: 'step-failed', step, attempt: 1, error },
    { type: 'step-failed', step, attempt: 1, error: approval },
    { type: 'step-interrupted', step, attempt: 1 },
    { type: 'step-retry-scheduled', step, attempt: 1, delayMs: 1 },
    { type: 'step-skipped', step, reason: 'condition', detail: '' },
    { type: 'step-undone', step },
    { type: 'obligation-taken', step, obligation },
    { type: 'approval-given', step, by: 'kim' },
  ]
  const pool = [
    ...steps.flatMap(({ id }) => about(id)),
    { type: 'cancel-requested', reason: 'x' },
    { type: 'run-resumed', gapMs: 0, dropped: 'nothing' },
    { type: 'obligation-discharged', id: 'o' },
    { type: 'run-ended', outcome: 'failed', firstCause: null },
    { type: 'moon-phase-noted' },
  ] as RunEvent[]
  let accepted = 0
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pool), { maxLength: 40 }), (events) => {
      let state = transition(initialState(runbook, 2), started as unknown as RunEvent)[0]
      for (const event of events) {
        try {
          state = transition(state, event)[0]
          accepted += 1
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(OperatingError)
        }
      }
      const views = [...state.steps].filter((step) => step.view === null)
      expect(state.unfinished).toBe(views.length)
    }),
    runs(300),
  )
  expect(accepted).toBeGreaterThan(100)
})

test('graphs that cannot run are refused with the reason', () => {
  expect(() =>
    initialState(
      toyRunbook([
        { id: 'a', needs: ['b'] },
        { id: 'b', needs: ['a'] },
      ]),
      1,
    ),
  ).toThrow(/wait for each other/)
  expect(() => initialState(toyRunbook([{ id: 'a', needs: ['x'] }]), 1)).toThrow(/does not exist/)
  expect(() => initialState(toyRunbook([{ id: 'a' }, { id: 'a' }]), 1)).toThrow(/two steps/)
})
