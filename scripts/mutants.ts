import { writeFileSync } from 'node:fs'
import { EQUIVALENTS } from '../packages/drill/test/mutation/equivalents.ts'
import { MutantHunt, nameOf, RUNS_MAX } from '../packages/drill/test/mutation/hunt.ts'

/**
 * Hunts every mutant of the shipped runbook over the first drills of a seed and writes down which are caught. Those that are listed as
 * equivalent are hunted, too: one that is caught is none. Arguments: drills per mutant (default 300), seed (default 7).
 */
const [runs = RUNS_MAX, seed = 7] = process.argv.slice(2).map(Number)
Error.stackTraceLimit = 0
const hunt = new MutantHunt(seed)
const known = new Set(EQUIVALENTS.flatMap(({ mutants }) => mutants))
const caught: { mutant: string; run: number; by: readonly string[] }[] = []
const survived: string[] = []
const equivalent: string[] = []
for (const mutant of hunt.mutants) {
  const name = nameOf(mutant)
  const found = hunt.hunt(mutant, runs)
  if (found.kind === 'caught') caught.push({ mutant: name, run: found.run, by: found.by })
  else if (found.kind === 'survived') (known.has(name) ? equivalent : survived).push(name)
  const what = found.kind === 'caught' ? `caught in run ${found.run} by ${found.by}` : found.kind
  console.log(`${name}: ${known.has(name) ? 'said to be equivalent, ' : ''}${what}`)
}
const score = {
  kind: 'mutants',
  schemaVersion: 2,
  runbook: 'full-restore',
  seed,
  runs,
  caught,
  survived,
  equivalent,
}
writeFileSync('fixtures/mutants/full-restore.json', `${JSON.stringify(score, null, 2)}\n`)
const real = caught.length + survived.length
console.log(
  `${caught.length} of ${real} caught within ${runs} drills each; ${equivalent.length} are equivalent`,
)
