import { asyncRuntime, exitOf, type JournalEntry, runEngine, stepState } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitraryCase, type ToyCase } from './support/arbitrary-graph.ts'
import { runs } from './support/runs.ts'
import { toyOptions, toyRunbook } from './support/toy-runbook.ts'
import { resultOf, ToyWorld } from './support/toy-world.ts'

function runCase(drawn: ToyCase) {
  const world = new ToyWorld(drawn.scripts)
  const runbook = toyRunbook(drawn.steps)
  const result = resultOf(world.run(toyOptions(runbook, { concurrency: drawn.concurrency })))
  return { world, runbook, result }
}

/** Replays a journal: what is under way, what has ended well, in the order of events. */
function assertOrdered(drawn: ToyCase, world: ToyWorld): void {
  const needs = new Map(drawn.steps.map((step) => [step.id, step.needs ?? []]))
  const ended = new Set<string>()
  const underWay = new Set<string>()
  let failed = false
  for (const event of world.events) {
    if (event.type === 'step-started') {
      expect(failed && !underWay.has(event.step)).toBe(false)
      for (const need of needs.get(event.step) ?? []) expect(ended).toContain(need)
      underWay.add(event.step)
      expect(underWay.size).toBeLessThanOrEqual(drawn.concurrency)
    } else if (event.type === 'step-succeeded' || event.type === 'step-skipped') {
      expect(ended).not.toContain(event.step)
      for (const need of needs.get(event.step) ?? []) expect(ended).toContain(need)
      underWay.delete(event.step)
      ended.add(event.step)
    } else if (event.type === 'step-interrupted') underWay.delete(event.step)
    else if (event.type === 'step-failed' && event.error.code === 'disk-full') {
      underWay.delete(event.step)
      failed = true
    }
  }
  expect(underWay.size).toBe(0)
  expect(world.activeMax).toBeLessThanOrEqual(drawn.concurrency)
  expect(world.active).toBe(0)
}

test('schedules respect needs and concurrency, and end every step once', () => {
  fc.assert(
    fc.property(arbitraryCase(0), (drawn) => {
      const { world, result } = runCase(drawn)
      assertOrdered(drawn, world)
      expect(result.outcome).toBe('completed')
      for (const step of drawn.steps) expect(stepState(result.state, step.id)?.view).not.toBeNull()
    }),
    runs(150),
  )
})

test('with failures the first one is the cause, nothing starts after it, and nothing stays under way', () => {
  fc.assert(
    fc.property(arbitraryCase(30), (drawn) => {
      const { world, result } = runCase(drawn)
      assertOrdered(drawn, world)
      const first = world.events.find(
        (event) => event.type === 'step-failed' && event.error.code === 'disk-full',
      )
      expect(result.outcome).toBe(first === undefined ? 'completed' : 'failed')
      const code = first?.type === 'step-failed' ? first.error : null
      expect(result.firstCause).toEqual(code)
      expect(world.events.at(-1)).toEqual({
        type: 'run-ended',
        outcome: result.outcome,
        firstCause: result.firstCause,
      })
    }),
    runs(150),
  )
})

test('both drivers give the same journal', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryCase(20), async (drawn) => {
      const { world, runbook } = runCase(drawn)
      const twin = new ToyWorld(drawn.scripts)
      const runtime = asyncRuntime()
      const options = toyOptions(runbook, { concurrency: drawn.concurrency })
      const fiber = runtime.start(runEngine(options), twin.environment)
      const ended = exitOf(fiber)
      while (fiber.done.exit === null) {
        await new Promise((resolve) => setImmediate(resolve))
        if (fiber.done.exit === null && !twin.clock.advance()) throw new Error('deadlock')
      }
      expect((await ended).kind).toBe('success')
      expect(twin.journal.events as readonly Pick<JournalEntry, 'at' | 'event'>[]).toEqual(
        world.journal.events,
      )
    }),
    runs(40),
  )
})
