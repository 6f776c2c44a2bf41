import { readFileSync } from 'node:fs'
import { MUTATION_OPERATORS, RandomStream } from '@dr-drill/simulator'
import { expect, test } from 'vitest'
import { EQUIVALENTS } from './equivalents.ts'
import { MutantHunt, nameOf, RUNS_MAX } from './hunt.ts'

/** Mutants that were hunted once, all of them, over the first `runs` drills of `seed`; `scripts/mutants.ts` writes it. */
interface Score {
  readonly seed: number
  readonly runs: number
  readonly caught: readonly { readonly mutant: string; readonly run: number }[]
  readonly survived: readonly string[]
  readonly equivalent: readonly string[]
}

const isLong = process.env.DRILL_TEST_LONG === '1'
const score = JSON.parse(readFileSync('fixtures/mutants/full-restore.json', 'utf8')) as Score
const hunt = new MutantHunt(score.seed)
const byName = new Map(hunt.mutants.map((mutant) => [nameOf(mutant), mutant]))
const equivalents = EQUIVALENTS.flatMap(({ mutants }) => mutants)
/** Which of them this run of the tests hunts: drawn from its printed seed. */
const sample = RandomStream.fromSeed(Number(process.env.DRILL_TEST_SEED))
  .split('mutants')
  .shuffle(score.caught)
  .slice(0, isLong ? score.caught.length : 6)

test('there are at least 15 kinds of mistake, each with its places', () => {
  expect(MUTATION_OPERATORS.length).toBeGreaterThanOrEqual(15)
  expect(new Set(hunt.mutants.map(({ operator }) => operator)).size).toBe(MUTATION_OPERATORS.length)
  expect(byName.size).toBe(hunt.mutants.length)
})

test('at least 95 % are caught within 300 drills each, of all but those that are equivalent: at most 10 %', () => {
  const all = score.caught.length + score.survived.length + score.equivalent.length
  expect(score.runs).toBeLessThanOrEqual(RUNS_MAX)
  expect(score.equivalent.length / all).toBeLessThanOrEqual(0.1)
  expect(score.caught.length / (all - score.equivalent.length)).toBeGreaterThanOrEqual(0.95)
  expect([...score.equivalent].sort()).toEqual([...equivalents].sort())
})

test('the runbook itself passes the drills that explorations draw', () => {
  expect(hunt.violationsOfOriginal(isLong ? score.runs : 6)).toEqual([])
})

test.each(sample)('$mutant is caught, in a drill that the runbook itself passes', ({ mutant: name }) => {
  const mutant = byName.get(name)
  if (mutant === undefined) throw new Error(`no mutant is called ${name}: run scripts/mutants.ts`)
  const found = hunt.hunt(mutant)
  expect(found).toMatchObject({ kind: 'caught' })
  if (found.kind === 'caught') expect(hunt.violationsBeside(mutant, found.run)).toEqual([])
})

test('what was caught and what was not is known of every mutant that can be made', () => {
  const known = new Set([...score.caught.map(({ mutant }) => mutant), ...score.survived, ...score.equivalent])
  const unknown = [...byName].filter(([name]) => !known.has(name))
  const unhunted = isLong ? unknown : unknown.filter(([, { skips }]) => skips === null)
  const possible = unhunted.filter(([, mutant]) => !hunt.cannotBeMade(mutant))
  expect(possible.map(([name]) => name)).toEqual([])
})

test('what makes mutants equivalent stands in the runbook', () => {
  const { steps } = hunt.authored
  const waitedFor = (id: string): string[] =>
    steps.find((step) => step.id === id)?.needs?.flatMap((need) => [need, ...waitedFor(need)]) ?? []
  const checks = [
    'compare-counts',
    'run-query',
    'write-probe',
    'enable-timers',
    'force-backup',
    'check-metrics',
  ]
  expect(waitedFor('confirm-gate')).toEqual(expect.arrayContaining(['await-health', ...checks]))
  for (const id of ['open-address', 'switch-traffic', 'switch-dns'])
    expect(waitedFor(id)).toContain('confirm-gate')
  const inputOf = (id: string) => steps.find((step) => step.id === id)?.action.with ?? {}
  const [owned, started] = [inputOf('set-ownership'), inputOf('start-service')]
  expect(started.dataRoots).toEqual(owned.roots)
  expect(started.protection).toEqual(owned.protection)
})

test('whenever the gate is reached, each of its facts is true: the steps behind it would have failed before', () => {
  const asked = hunt.gateFacts(isLong ? 100 : 12)
  expect(asked.length).toBeGreaterThan(3)
  for (const facts of asked) expect(Object.values(facts)).toEqual(Object.values(facts).map(() => true))
})
