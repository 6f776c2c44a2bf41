import type { Evidence, QualifiedRunbook, RunRecord } from '@dr-drill/runbook-core'
import { fieldsOf, listOf, outputsOf, textOf } from './step-outputs.ts'

/**
 * Signatures of all that was restored, as they were checked when it was chosen: the backup's manifest and, for each segment that
 * was placed, its sidecar. A segment whose digest the signed manifest names needs no signature of its own.
 */
export function authenticity(record: RunRecord, runbook: QualifiedRunbook): Evidence<'authenticity'> | null {
  const [fetched] = outputsOf(record, runbook, 'fetch-backup')
  const [selected] = outputsOf(record, runbook, 'select-log')
  const [scanned] = outputsOf(record, runbook, 'scan-log')
  const backup = fieldsOf(fetched, 'backup')
  if (backup === undefined || scanned === undefined) return null
  const manifestSigned = textOf(backup, 'signature')
  const byManifest = new Set(listOf(fetched, 'files').map((file) => textOf(file, 'sha256')))
  const bySegment = new Map(
    listOf(selected, 'segments').map((segment) => [
      textOf(segment, 'fileName'),
      textOf(segment, 'signature'),
    ]),
  )
  const counts = { verified: 0, failed: 0, unsigned: 0 }
  const count = (status: string | null): void => {
    if (status === 'valid') counts.verified += 1
    else if (status === 'invalid') counts.failed += 1
    else counts.unsigned += 1
  }
  count(manifestSigned)
  for (const file of listOf(scanned, 'files')) {
    const own = bySegment.get(textOf(file, 'fileName')) ?? null
    if (own !== null) count(own)
    else count(byManifest.has(textOf(file, 'sha256')) ? manifestSigned : null)
  }
  return counts
}
