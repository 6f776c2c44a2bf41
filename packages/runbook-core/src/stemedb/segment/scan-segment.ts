import type { Checksums } from '../../checksums/index.ts'
import type { Task } from '../../effects/index.ts'
import type { SegmentScan } from '../../formats/index.ts'
import { formatPosition } from '../record/index.ts'
import { lineageOf, type RecordFileScan, scanRecordFile } from '../record-file/index.ts'

/**
 * Reads every byte of a segment: its records, its footer, its SHA-256. `depth` as in `ScanOptions`. Constant memory.
 * @throws OperatingError `file-missing`, `version-mismatch`, and what the disk throws
 */
export function* scanSegment(
  checksums: Checksums,
  path: string,
  depth: 'blocks' | 'records' = 'records',
): Task<SegmentScan> {
  return toSegmentScan(yield* scanRecordFile(checksums, path, { depth, digest: true, expect: 'segment' }))
}

function toSegmentScan(scan: RecordFileScan): SegmentScan {
  const { damage, header } = scan
  const position = (value: number | null) => (value === null ? null : formatPosition(value))
  const isSegment = header?.kind === 'segment'
  return {
    path: scan.path,
    history: isSegment ? header.history : null,
    lineage: isSegment ? lineageOf(header) : null,
    number: isSegment ? header.number : null,
    firstPosition: isSegment ? formatPosition(header.firstPosition) : null,
    lastPosition: position(scan.lastPosition),
    recordCount: scan.recordCount,
    firstRecordAt: scan.firstRecordAt,
    lastRecordAt: scan.lastRecordAt,
    closed: scan.footer !== null,
    damage: damage === null ? null : { ...damage, after: position(damage.after) },
    sizeBytes: scan.sizeBytes,
    sha256: scan.sha256 ?? '',
  }
}
