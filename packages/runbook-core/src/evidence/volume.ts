import type { QualifiedRunbook } from '../runbook/index.ts'
import type { Evidence, RunRecord } from '../verdict/index.ts'
import { listOf, numberOf, outputsOf } from './step-outputs.ts'

/** How much was restored. Generated data is never a production's full size. */
export function volume(
  record: RunRecord,
  runbook: QualifiedRunbook,
  records: number,
  fullSize: boolean,
): Evidence<'volume'> {
  const [fetched] = outputsOf(record, runbook, 'fetch-backup')
  const [scanned] = outputsOf(record, runbook, 'scan-log')
  const data = listOf(fetched, 'dataFiles').reduce((sum, file) => sum + (numberOf(file, 'sizeBytes') ?? 0), 0)
  const log = listOf(scanned, 'files').reduce((sum, file) => sum + (numberOf(file, 'sizeBytes') ?? 0), 0)
  return { bytes: data + log, records, fullSize }
}
