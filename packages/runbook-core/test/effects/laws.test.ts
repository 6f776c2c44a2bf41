import { all, Deferred, driveSync, environment, type Task } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Plot, run, type Told } from './scripted-world.ts'
import { type Tree, trees } from './task-trees.ts'

const RUNS = process.env.DRILL_TEST_LONG === '1' ? 5000 : 250

const picks = fc.array(fc.nat(7), { minLength: 1, maxLength: 12 })
const interrupts = fc.array(fc.record({ before: fc.nat(12), fiber: fc.nat(5) }), { maxLength: 4 })
const undisturbed: fc.Arbitrary<Plot> = fc.record({
  picks,
  interrupts: fc.constant([]),
  crashAt: fc.constant(null),
})
const interrupted: fc.Arbitrary<Plot> = fc.record({ picks, interrupts, crashAt: fc.constant(null) })
const crashed: fc.Arbitrary<Plot> = fc.record({
  picks,
  interrupts,
  crashAt: fc.integer({ min: 1, max: 40 }),
})

const holds = (plots: fc.Arbitrary<Plot>, law: (tree: Tree, plot: Plot) => Promise<void>) =>
  fc.assert(fc.asyncProperty(trees, plots, law), { numRuns: RUNS })

const entriesOf = (told: Told, verb: string): string[] =>
  told.entries.filter((entry) => entry.startsWith(`${verb} `)).map((entry) => entry.slice(verb.length + 1))

test('both drivers, with deferreds and with promises, tell the same story of effects', () =>
  holds(fc.oneof(undisturbed, interrupted, crashed), async (tree, plot) => {
    const { entries, exit } = await run(tree, plot, 'sync')
    for (const driver of ['async', 'promises'] as const) {
      const other = await run(tree, plot, driver)
      expect(other.entries).toEqual(entries)
      expect(other.exit).toBe(exit)
    }
  }))

test('a run ends, with no call left in flight and every cleanup finished once', () =>
  holds(interrupted, async (tree, plot) => {
    const told = await run(tree, plot, 'sync')
    expect(told.exit).not.toBeNull()
    expect(told.pending).toBe(0)
    expect(entriesOf(told, 'cleanup').sort()).toEqual(entriesOf(told, 'enter').sort())
    expect(entriesOf(told, 'cleaned').sort()).toEqual(entriesOf(told, 'enter').sort())
    expect(told.entries.filter((entry) => entry.startsWith('BROKEN'))).toEqual([])
    // Cleanups are not told to hurry.
    expect(entriesOf(told, 'signal').filter((name) => name.includes('!'))).toEqual([])
  }))

test('children end before their parents, and nothing runs on a fiber that has ended', () =>
  holds(interrupted, async (tree, plot) => {
    const { entries } = await run(tree, plot, 'sync')
    entries.forEach((entry, index) => {
      if (!entry.startsWith('ended ')) return
      const label = entry.slice('ended '.length)
      const late = entries.slice(index + 1).filter((other) => {
        const subject = other.replace(/^ended /, '')
        return subject.startsWith(`${label}#`) || subject.startsWith(`${label}/`)
      })
      expect(late).toEqual([])
    })
  }))

test('what was interrupted starts no further work but its cleanup', () =>
  holds(interrupted, async (tree, plot) => {
    const { entries } = await run(tree, plot, 'sync')
    entries.forEach((entry, index) => {
      if (!entry.startsWith('interrupt ')) return
      const label = entry.slice('interrupt '.length)
      const work = entries.slice(index + 1).filter((other) => {
        const isOwn = other.startsWith(`${label}#`) || other.startsWith(`${label}/`)
        // The second half of a call in flight is part of it.
        return (
          isOwn &&
          / (work|sleep|uint32) /.test(other) &&
          !other.includes('acknowledged') &&
          !other.includes('/2:')
        )
      })
      expect(work).toEqual([])
    })
  }))

test('a crash runs no cleanup and nothing else, whatever ends afterwards', () =>
  holds(crashed, async (tree, plot) => {
    for (const driver of ['sync', 'async'] as const)
      expect((await run(tree, plot, driver)).afterCrash).toEqual([])
  }))

test('permits bound who is inside, and none leaks, whoever is interrupted', () =>
  holds(interrupted, async (tree, plot) => {
    const { semaphore, permits, inside, insideMax } = await run(tree, plot, 'sync')
    expect(insideMax).toBeLessThanOrEqual(permits)
    expect(inside).toBe(0)
    let arrived = 0
    const together = new Deferred<null>()
    function* inAtOnce(): Task<number> {
      arrived += 1
      if (arrived === permits) together.succeed(null)
      yield* together.wait()
      return arrived
    }
    const users = Array.from({ length: permits }, () => () => semaphore.with(inAtOnce))
    expect(driveSync(all(users, permits), environment({}))).toEqual({
      kind: 'success',
      value: users.map(() => permits),
    })
  }))

test('the generated programs exercise what the laws speak of (canary)', async () => {
  const seen = new Set<string>()
  const look = async (tree: Tree, plot: Plot) => {
    const { entries, exit, insideMax } = await run(tree, plot, 'sync')
    for (const entry of entries) seen.add(entry.split(' ')[0]?.replace(/^.*#.*$/, 'effect') ?? '')
    seen.add(exit?.startsWith('=') ? 'success' : (exit?.split(' ')[0] ?? 'died'))
    if (insideMax === 2) seen.add('full')
  }
  const sample = fc.sample(fc.tuple(trees, fc.oneof(interrupted, crashed)), { numRuns: 1500, seed: 1 })
  for (const [tree, plot] of sample) await look(tree, plot)
  for (const word of [
    ...['effect', 'enter', 'cleanup', 'cleaned', 'complete', 'interrupt', 'signal', 'ended', 'full'],
    ...['success', 'interrupted', 'timed-out', 'store-unavailable', 'check-failed', 'died'],
  ]) {
    expect(seen).toContain(word)
  }
})
