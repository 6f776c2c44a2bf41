import type { QualifiedRunbook } from '../runbook/index.ts'
import type { RunRecord } from '../verdict/index.ts'
import { fieldsOf, numberOf, outputsOf } from './step-outputs.ts'

/** Configuration, units and keys beside the data. */
const REST_BYTES = 4 * 1024 * 1024

/** Most bytes that the procedure may need: twice the backup (seed-facts C.3), and the log that follows it. Null before a backup was fetched. */
export function diskBound(record: RunRecord, runbook: QualifiedRunbook): number | null {
  const [fetched] = outputsOf(record, runbook, 'fetch-backup')
  const [selected] = outputsOf(record, runbook, 'select-log')
  const backup = numberOf(fieldsOf(fetched, 'backup'), 'totalBytes')
  return backup === null ? null : 2 * backup + (numberOf(selected, 'bytes') ?? 0) + REST_BYTES
}
