import {
  abandonRun,
  driveSync,
  type Fiber,
  type HeldObligation,
  OperatingError,
  RunFold,
  type RunResult,
  stepState,
} from '@dr-drill/runbook-core'
import { expect, test } from 'vitest'
import { toyOptions, toyRunbook } from './support/toy-runbook.ts'
import { resultOf, ToyWorld } from './support/toy-world.ts'

const held = (
  step: string,
  id: string,
  release: HeldObligation['obligation']['release'] = 'on-interrupt',
): HeldObligation => ({
  step,
  obligation: { id, kind: 'toy', subject: {}, release },
  effectsBefore: 0,
})

/** Runs and interrupts the root fiber at instants of virtual time. */
function interruptedAt(world: ToyWorld, instants: readonly number[], runbook = twoSteps) {
  let root: Fiber<RunResult> | null = null
  for (const at of instants) {
    const timer = world.clock.handlers.sleep?.({ ms: at } as never, { onCancel: () => {} })
    ;(timer as { subscribe(f: () => void): void }).subscribe(() => root?.interrupt())
  }
  return world.run(toyOptions(runbook, { interruptReason: () => 'SIGINT' }), (fiber) => {
    root = fiber
  })
}

const twoSteps = toyRunbook([{ id: 'a' }, { id: 'b', needs: ['a'] }])

test('an interrupt ends the step in flight, gives back, and journals the request and the end', () => {
  const world = new ToyWorld({ b: [{ ms: 1_000, acknowledgeMs: 30 }] })
  world.held = [held('b', 'hold'), held('b', 'fence', 'keep-until-restored')]
  expect(interruptedAt(world, [100])).toEqual({ kind: 'interrupted' })
  expect(world.types.slice(-4)).toEqual([
    'step-started b',
    'cancel-requested',
    'step-interrupted b',
    'run-ended',
  ])
  expect(world.events.at(-1)).toMatchObject({ outcome: 'interrupted', firstCause: { message: 'SIGINT' } })
  expect(world.released).toEqual(['hold'])
  expect(world.clock.now).toBe(130)
})

test('a finished step whose holding is given back counts as done no more; what rests on it keeps its outputs', () => {
  const world = new ToyWorld({ c: [{ ms: 1_000 }] })
  const runbook = toyRunbook([
    { id: 'z' },
    { id: 'a', needs: ['z'] },
    { id: 'b', needs: ['a'] },
    { id: 'c', needs: ['b'] },
  ])
  world.held = [held('a', 'service')]
  interruptedAt(world, [100], runbook)
  expect(world.types.slice(-4)).toEqual([
    'cancel-requested',
    'step-interrupted c',
    'step-undone a',
    'run-ended',
  ])
  const fold = new RunFold(runbook, 2)
  for (const entry of world.journal.events) fold.observe(entry)
  world.held = []
  const again = new ToyWorld()
  const resume = fold.resumption({ gapMs: 0, dropped: 'nothing' })
  expect(resultOf(again.run(toyOptions(runbook, { resume }))).outcome).toBe('completed')
  expect(again.invocations.map(({ step }) => step)).toEqual(['a', 'c'])
})

test('nothing starts on ground that was undone, even where the steps between have ended', () => {
  const world = new ToyWorld({ c: [{ ms: 1_000 }] })
  const runbook = toyRunbook([{ id: 'a' }, { id: 'b', needs: ['a'] }, { id: 'c', needs: ['b'] }])
  world.held = [held('a', 'service')]
  interruptedAt(world, [100], runbook)
  const fold = new RunFold(runbook, 2)
  for (const entry of world.journal.events) fold.observe(entry)
  const again = new ToyWorld({ a: [{ ms: 50 }] })
  const resume = fold.resumption({ gapMs: 0, dropped: 'nothing' })
  resultOf(again.run(toyOptions(runbook, { resume })))
  expect(again.types).toEqual([
    'run-resumed',
    'step-started a',
    'step-succeeded a',
    'step-started c',
    'step-succeeded c',
    'clock-marked',
    'run-ended',
  ])
})

test('an interrupt while the cleanup of a failure runs lets it finish, undisturbed', () => {
  const world = new ToyWorld({ b: [{ ms: 10, error: () => new OperatingError('disk-full', 'full') }] })
  world.held = [held('b', 'hold')]
  world.releaseMs = 500
  expect(interruptedAt(world, [100, 200])).toEqual({ kind: 'interrupted' })
  expect(world.released).toEqual(['hold'])
  expect(world.clock.now).toBe(511)
  expect(world.events.at(-1)).toMatchObject({ outcome: 'failed', firstCause: { code: 'disk-full' } })
  expect(world.types.filter((type) => type === 'run-ended')).toHaveLength(1)
})

test('a second interrupt while the cleanup of the first runs changes nothing', () => {
  const world = new ToyWorld({ b: [{ ms: 1_000 }] })
  world.held = [held('b', 'hold')]
  world.releaseMs = 500
  expect(interruptedAt(world, [100, 150, 400])).toEqual({ kind: 'interrupted' })
  expect(world.released).toEqual(['hold'])
  expect(world.clock.now).toBe(600)
  expect(world.events.at(-1)).toMatchObject({ type: 'run-ended', outcome: 'interrupted' })
})

test('a failed run undoes, newest first, the steps that ask for it, and gives back', () => {
  const undo = 'on-abandon' as const
  const runbook = toyRunbook([
    { id: 'a', undo },
    { id: 'b', undo, needs: ['a'] },
    { id: 'c', needs: ['b'] },
  ])
  const world = new ToyWorld({ c: [{ ms: 1, error: () => new OperatingError('disk-full', 'full') }] })
  const { state } = resultOf(world.run(toyOptions(runbook)))
  expect(world.undone).toEqual(['b', 'a'])
  expect(stepState(state, 'a')?.status).toBe('pending')
})

test('an abandoned run gives everything back, fences too, and undoes what asks for it', () => {
  const runbook = toyRunbook([
    { id: 'a', undo: 'on-abandon' },
    { id: 'b', needs: ['a'] },
  ])
  const ask = () => new OperatingError('approval-needed', 'ask')
  const world = new ToyWorld({ b: [{ ms: 1, error: ask }] })
  world.held = [held('a', 'service'), held('b', 'fence', 'keep-until-restored')]
  resultOf(world.run(toyOptions(runbook)))
  const fold = new RunFold(runbook, 2)
  for (const entry of world.journal.events) fold.observe(entry)
  const resume = fold.resumption({ gapMs: 0, dropped: 'nothing' })
  const exit = driveSync(abandonRun({ ...toyOptions(runbook), resume }), world.environment, {
    time: world.clock,
  })
  expect(exit).toEqual({ kind: 'success', value: [] })
  expect(world.released).toEqual(['service', 'fence'])
  expect(world.types.slice(-2)).toEqual(['cancel-requested', 'step-undone a'])
})

test('what is kept until restored goes when the run completes; a paused run keeps all', () => {
  const world = new ToyWorld()
  world.held = [held('a', 'service'), held('a', 'fence', 'keep-until-restored')]
  const result = resultOf(world.run(toyOptions(twoSteps)))
  expect(world.released).toEqual(['fence'])
  expect(result.held.map(({ obligation }) => obligation.id)).toEqual(['service'])
  const ask = () => new OperatingError('approval-needed', 'ask')
  const paused = new ToyWorld({ a: [{ ms: 1, error: ask }] })
  paused.held = [held('b', 'service')]
  expect(resultOf(paused.run(toyOptions(twoSteps))).outcome).toBe('paused')
  expect(paused.released).toEqual([])
})

test('when the journal takes nothing more, what is under way ends, holdings go, and the error is told', () => {
  const world = new ToyWorld({ a: [{ ms: 10 }] })
  world.held = [held('a', 'hold')]
  const append = world.journal.handlers.append
  let left = 2
  world.journal.handlers = {
    append: (input, context) => {
      left -= 1
      if (left < 0) throw new OperatingError('disk-full', 'no room for the journal')
      return append(input, context)
    },
  }
  expect(world.run(toyOptions(twoSteps))).toMatchObject({ kind: 'failure', error: { code: 'disk-full' } })
  expect(world.released).toEqual(['hold'])
})
