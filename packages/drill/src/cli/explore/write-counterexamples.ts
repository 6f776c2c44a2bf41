import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { scenarioText, type Tally } from '@dr-drill/simulator'
import type { ExplorePool } from '../../workers/explore-pool.ts'
import type { CliContext } from '../context.ts'
import { shortest } from '../run/shortest.ts'
import type { FoundViolation } from './exploration-report.ts'
import type { ExploreRequest } from './explore-options.ts'

/**
 * Shrinks the first violation of each invariant and writes scenario, story and the runbook's text. `say` hears what is under way.
 * @throws what a drill throws
 */
export async function writeCounterexamples(
  request: ExploreRequest,
  tally: Tally,
  pool: ExplorePool,
  context: CliContext,
  say: (text: string) => void,
): Promise<readonly FoundViolation[]> {
  const found = Object.entries(tally.violations)
  if (found.length === 0) return []
  mkdirSync(request.out, { recursive: true })
  writeFileSync(join(request.out, 'runbook.yaml'), request.setup.runbook.text)
  say(`shrinking ${found.length} counterexamples`)
  return await Promise.all(
    found.map(async ([invariant, finding]): Promise<FoundViolation> => {
      const { index, seed } = finding
      const name = `${invariant}-run-${index}`
      const file = shortest(join(request.out, `${name}.json`), context)
      const { setup } = request
      const example = await pool.simplest({ kind: 'simplest', setup, invariant, index, seed, file })
      writeFileSync(join(request.out, `${name}.json`), scenarioText(example.scenario))
      writeFileSync(join(request.out, `${name}.md`), example.story)
      return { invariant, ...finding, file }
    }),
  )
}
