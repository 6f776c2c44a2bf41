import type { QualifiedRunbook } from '../runbook/index.ts'
import type { Evidence, RunRecord } from '../verdict/index.ts'
import { fieldsOf, listOf, numberOf, outputsOf, textOf } from './step-outputs.ts'

/**
 * What the restored service holds against what verified backup and scanned log say it must. Null when nothing was scanned.
 * `restoredRecords` is the count of a full readback without the run's own test writes.
 */
export function restoredRange(
  record: RunRecord,
  runbook: QualifiedRunbook,
  restoredRecords: number,
): Evidence<'restored-range'> | null {
  const [fetched] = outputsOf(record, runbook, 'fetch-backup')
  const [scanned] = outputsOf(record, runbook, 'scan-log')
  const base = numberOf(fieldsOf(fetched, 'backup'), 'recordCount')
  const beyond = numberOf(scanned, 'recordsBeyondBackup')
  if (scanned === undefined || base === null || beyond === null) return null
  const files = listOf(scanned, 'files')
  return {
    expectedRecords: base + beyond,
    restoredRecords,
    firstPosition: textOf(files[0], 'firstPosition'),
    lastPosition: textOf(scanned, 'lastPosition'),
    gaps: holes(files.map((file) => [textOf(file, 'firstPosition'), textOf(file, 'lastPosition')])),
    histories: 1,
  }
}

/** Holes between files in order; overlaps are none. Positions are whole numbers here, written as text. */
function holes(ranges: readonly (readonly [string | null, string | null])[]): number {
  let count = 0
  let last: bigint | null = null
  for (const [first, end] of ranges) {
    if (first === null || end === null) continue
    if (last !== null && BigInt(first) > last + 1n) count += 1
    if (last === null || BigInt(end) > last) last = BigInt(end)
  }
  return count
}
