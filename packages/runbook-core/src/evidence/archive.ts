import type { Task } from '../effects/index.ts'
import type { BackupFormat, LogFormat } from '../formats/index.ts'
import type { QualifiedRunbook } from '../runbook/index.ts'
import { formatInstant } from '../text/instant.ts'
import type { Evidence, RunRecord } from '../verdict/index.ts'
import { fieldsOf, numberOf, outputsOf } from './step-outputs.ts'

/** The newest record that reached the source before the failure, as verified backup and scanned log show it. */
export function archiveAge(
  record: RunRecord,
  runbook: QualifiedRunbook,
  failureAt: number,
): Evidence<'archive-age'> | null {
  const [fetched] = outputsOf(record, runbook, 'fetch-backup')
  const [scanned] = outputsOf(record, runbook, 'scan-log')
  const newest = numberOf(scanned, 'lastRecordAt') ?? numberOf(fieldsOf(fetched, 'backup'), 'stoppedAt')
  if (newest === null) return null
  return { newestArchivedAt: formatInstant(newest), failureAt: formatInstant(failureAt) }
}

/** What the restored server has put into its archive: complete backups and log segments. */
export function* archiveObjects(
  store: string,
  backup: BackupFormat,
  log: LogFormat,
): Task<Evidence<'archive-objects'>> {
  let backups = 0
  for (const candidate of yield* backup.list({ store })) {
    const described = yield* backup.describe({ store, candidate, trustKey: null })
    if (described.kind === 'usable') backups += 1
  }
  const { segments } = yield* log.list({ store, trustKey: null, after: null })
  return { backups, segments: segments.length }
}
