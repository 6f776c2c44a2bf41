import type { Checksums } from '../../checksums/index.ts'
import type { Task } from '../../effects/index.ts'
import { type RecordFileScan, type ScanOptions, scanRecordFile } from '../record-file/index.ts'

/**
 * Reads every byte of a checkpoint. A checkpoint without a footer, or one that does not hold exactly the records 1 to its applied
 * position, is damaged: it was not finished, or not by us.
 * @throws OperatingError `file-missing`, `version-mismatch`, and what the disk throws
 */
export function* scanCheckpoint(
  checksums: Checksums,
  path: string,
  options: Pick<ScanOptions, 'depth' | 'digest'>,
): Task<RecordFileScan> {
  const scan = yield* scanRecordFile(checksums, path, { ...options, expect: 'checkpoint' })
  if (scan.damage !== null || scan.header === null) return scan
  const fault = checkpointFault(scan)
  if (fault === null) return scan
  return { ...scan, damage: { kind: 'corrupt', offset: 0, after: scan.lastPosition, detail: fault } }
}

/** Why an undamaged file of records is no complete checkpoint; null when it is one. */
export function checkpointFault(file: Pick<RecordFileScan, 'header' | 'footer'>): string | null {
  const { header, footer } = file
  if (header?.kind !== 'checkpoint') return 'the file does not begin with an intact checkpoint header'
  if (footer === null) return 'the checkpoint has no intact footer: it was never finished'
  if (header.firstPosition !== 1) return 'the checkpoint does not begin with position 1'
  const { appliedPosition } = header
  return footer.lastPosition === appliedPosition && footer.recordCount === appliedPosition
    ? null
    : 'the checkpoint does not hold the records up to its applied position'
}
