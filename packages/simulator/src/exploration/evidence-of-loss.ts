import { evidenceOf, type RunRecord } from '@dr-drill/runbook-core'
import type { Scenario } from '../scenario/index.ts'

/** What a run lost by the oracle's comparison; null: nobody could know. */
export const evidenceOfLoss = (record: RunRecord): Scenario['expect']['loss'] => {
  const loss = evidenceOf(record, 'oracle')?.loss
  return loss === undefined ? null : { ...loss }
}

/** A few keys of each kind of difference that there is. */
export function oracleExamples(record: RunRecord): readonly (readonly [string, readonly string[]])[] {
  const examples = evidenceOf(record, 'oracle')?.examples
  return Object.entries(examples ?? {}).filter(([, keys]) => keys.length > 0)
}
