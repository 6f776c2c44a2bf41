import { writeFileSync } from 'node:fs'
import { MutantHunt, nameOf } from '../packages/drill/test/mutation/hunt.ts'

/**
 * Hunts every mutant of the shipped runbook over the first drills of a seed and writes down which are caught. Arguments: drills per
 * mutant (default 40), seed (default 7).
 */
const [runs = 40, seed = 7] = process.argv.slice(2).map(Number)
Error.stackTraceLimit = 0
const hunt = new MutantHunt(seed)
const caught: { mutant: string; run: number; by: readonly string[] }[] = []
const survived: string[] = []
for (const mutant of hunt.mutants) {
  const name = nameOf(mutant)
  const found = hunt.hunt(mutant, runs)
  if (found.kind === 'caught') caught.push({ mutant: name, run: found.run, by: found.by })
  else if (found.kind === 'survived') survived.push(name)
  console.log(
    `${name}: ${found.kind === 'caught' ? `caught in run ${found.run} by ${found.by}` : found.kind}`,
  )
}
const score = { kind: 'mutants', schemaVersion: 1, runbook: 'full-restore', seed, runs, caught, survived }
writeFileSync('fixtures/mutants/full-restore.json', `${JSON.stringify(score, null, 2)}\n`)
console.log(`${caught.length} of ${caught.length + survived.length} caught within ${runs} drills each`)
