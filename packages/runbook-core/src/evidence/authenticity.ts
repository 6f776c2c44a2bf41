import type { QualifiedRunbook } from '../runbook/index.ts'
import type { Evidence, RunRecord } from '../verdict/index.ts'
import { fieldsOf, inputsOf, listOf, outputsOf, textOf } from './step-outputs.ts'

/**
 * Signatures of all that was restored, as they were checked when it was chosen with the trusted key: the backup's manifest and, for
 * each placed segment, the signed record (sidecar, successor's sidecar or manifest) that names its digest. Sidecars without a valid
 * signature were refused then, so a digest that a segment had to have is a signed one. A step that was not given the key
 * checked nothing, whatever it says. Null when nothing was scanned.
 */
export function authenticity(record: RunRecord, runbook: QualifiedRunbook): Evidence<'authenticity'> | null {
  const [fetched] = outputsOf(record, runbook, 'fetch-backup')
  const [selected] = outputsOf(record, runbook, 'select-log')
  const [scanned] = outputsOf(record, runbook, 'scan-log')
  const backup = fieldsOf(fetched, 'backup')
  if (backup === undefined || scanned === undefined) return null
  const manifest = checkedBy(record, runbook, 'select-backup') ? textOf(backup, 'signature') : 'unchecked'
  const counts = { verified: 0, failed: 0, unsigned: 0 }
  if (manifest === 'valid') counts.verified += 1
  else if (manifest === 'invalid') counts.failed += 1
  else counts.unsigned += 1
  const segments = checkedBy(record, runbook, 'select-log') ? listOf(selected, 'segments') : []
  const signed = new Set(segments.map((segment) => textOf(segment, 'sha256')))
  if (manifest === 'valid') for (const file of listOf(fetched, 'files')) signed.add(textOf(file, 'sha256'))
  signed.delete(null)
  for (const file of listOf(scanned, 'files')) {
    // The beginning of a segment is as genuine as the segment.
    if (signed.has(textOf(file, 'cutFrom') ?? textOf(file, 'sha256'))) counts.verified += 1
    else counts.unsigned += 1
  }
  return counts
}

/** True when every step of a kind that succeeded was given the key which the run trusts, and no other. */
function checkedBy(record: RunRecord, runbook: QualifiedRunbook, kind: string): boolean {
  const trusted = record.started?.params['trust-key']
  const inputs = inputsOf(record, runbook, kind)
  if (typeof trusted !== 'string' || trusted === '' || inputs.length === 0) return false
  return inputs.every((input) => textOf(input, 'trustKey') === trusted)
}
