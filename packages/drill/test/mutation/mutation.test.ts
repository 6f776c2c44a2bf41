import { readFileSync } from 'node:fs'
import { MUTATION_OPERATORS, RandomStream } from '@dr-drill/simulator'
import { expect, test } from 'vitest'
import { MutantHunt, nameOf } from './hunt.ts'

/** Mutants that were hunted once, all of them, over the first `runs` drills of `seed`; `scripts/mutants.ts` writes it. */
interface Score {
  readonly seed: number
  readonly runs: number
  readonly caught: readonly { readonly mutant: string }[]
  readonly survived: readonly string[]
}

const isLong = process.env.DRILL_TEST_LONG === '1'
const score = JSON.parse(readFileSync('fixtures/mutants/full-restore.json', 'utf8')) as Score
const hunt = new MutantHunt(score.seed)
const byName = new Map(hunt.mutants.map((mutant) => [nameOf(mutant), mutant]))
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

test('the runbook itself passes the drills in which its mutants are caught', () => {
  expect(hunt.violationsOfOriginal(isLong ? score.runs : 6)).toEqual([])
})

test.each(sample)('$mutant is caught', ({ mutant: name }) => {
  const mutant = byName.get(name)
  if (mutant === undefined) throw new Error(`no mutant is called ${name}: run scripts/mutants.ts`)
  expect(hunt.hunt(mutant)).toMatchObject({ kind: 'caught' })
})

test('what was caught and what was not is known of every mutant that can be made', () => {
  const known = new Set([...score.caught.map(({ mutant }) => mutant), ...score.survived])
  const unknown = [...byName].filter(([name]) => !known.has(name))
  const unhunted = isLong ? unknown : unknown.filter(([, { skips }]) => skips === null)
  const possible = unhunted.filter(([, mutant]) => !hunt.cannotBeMade(mutant))
  expect(possible.map(([name]) => name)).toEqual([])
})
