import type { Checksums } from '../../checksums/index.ts'
import { attempt, type Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import type { SegmentScan } from '../../formats/index.ts'
import { FileSystem, Log } from '../../ports/index.ts'
import { parseTrustKey } from '../backup/envelope.ts'
import { archivedSegmentKey, SIDECAR_SUFFIX } from '../backup/names.ts'
import { type SegmentSidecar, writeSidecar } from '../backup/sidecar.ts'
import { formatPosition } from '../record/index.ts'
import { lineageOf } from '../record-file/index.ts'
import { scanSegment } from '../segment/index.ts'
import { findArchivedEnd } from './archived-end.ts'
import { checkRotated, type EngineAccess, requestRotation } from './engine-admin.ts'
import { type ClosedSegment, closedRun, currentHistory, localSegments } from './local-log.ts'
import { putSealedOnce, type StoreAccess, uploadOnce } from './store-writing.ts'

/** What one archive cycle is told. Nothing in it is secret. */
export interface ArchiveWalInput extends StoreAccess, Omit<EngineAccess, 'endpoint'> {
  /** Null archives what is closed without asking the engine: for the survivors of one that does not run. */
  readonly endpoint: string | null
  readonly walDirectory: string
  /** Names the signing key inside the Signer port; null leaves sidecars unsigned. */
  readonly keyRef: string | null
  /** Raw Ed25519 public key in hex that sidecars already there must be signed with; null believes them unsigned. */
  readonly trustKey: string | null
}

/** What an archive cycle did. */
export interface ArchiveWalOutput {
  /** Null when there is no segment yet. */
  readonly history: string | null
  /** Segments that this cycle archived, in order. */
  readonly archived: readonly SegmentSidecar[]
  /** Last position of the history that lies in the archive; null when nothing does. */
  readonly archivedThrough: string | null
}

/**
 * One archive cycle: has the engine close its segment, then archives every closed segment of its history that is not archived yet, in
 * order: segment first, then its sidecar, each written once. Cut short anywhere and run again, it goes on where the bucket says it is;
 * nothing is remembered elsewhere.
 * When the engine does not answer, or another one does, what is closed is archived all the same and the error is thrown at the end.
 * @throws OperatingError `object-exists` when the archive holds other bytes for a segment of this history (D62), `log-gap`,
 * `log-corrupt`, `identity-mismatch`
 */
export function* archiveWal(checksums: Checksums, input: ArchiveWalInput): Task<ArchiveWalOutput> {
  const { endpoint } = input
  const rotated = endpoint === null ? null : yield* attempt(requestRotation({ ...input, endpoint }))
  const segments = yield* localSegments(checksums, input.walDirectory)
  const history = currentHistory(segments)
  const output =
    history === null
      ? { history, archived: [], archivedThrough: null }
      : yield* archiveRun(checksums, input, history, closedRun(segments, history, 0))
  if (rotated?.ok === false) throw rotated.error
  if (rotated !== null && endpoint !== null) checkRotated({ ...input, endpoint }, rotated.value, segments)
  yield* Log.write({
    level: 'info',
    message: `Archived ${output.archived.length} segments`,
    fields: { history, archivedThrough: output.archivedThrough },
  })
  return output
}

function* archiveRun(
  checksums: Checksums,
  input: ArchiveWalInput,
  history: string,
  run: readonly ClosedSegment[],
): Task<ArchiveWalOutput> {
  const trustKey = parseTrustKey(input.trustKey)
  const end = yield* findArchivedEnd(checksums, input, trustKey, run)
  const archived: SegmentSidecar[] = []
  let predecessorSha256 = end.sha256
  for (const segment of run.slice(end.next)) {
    const sidecar = yield* archiveSegment(checksums, input, trustKey, segment, predecessorSha256)
    archived.push(sidecar)
    predecessorSha256 = sidecar.sha256
  }
  return { history, archived, archivedThrough: archived.at(-1)?.lastPosition ?? end.lastPosition }
}

function* archiveSegment(
  checksums: Checksums,
  input: ArchiveWalInput,
  trustKey: Uint8Array | null,
  segment: ClosedSegment,
  predecessorSha256: string | null,
): Task<SegmentSidecar> {
  const { path, header } = segment
  // Whoever closed it may not have come to its fsync: after power loss it would be open again and end differently than its archived copy.
  yield* FileSystem.sync({ path })
  const scan = yield* scanSegment(checksums, path)
  checkIntact(segment, scan)
  const sidecar = sidecarOf(segment, scan, predecessorSha256)
  const key = archivedSegmentKey(header.history, header.number)
  yield* uploadOnce(input, key, { path, sha256: scan.sha256 })
  yield* putSealedOnce(checksums, input, {
    key: key + SIDECAR_SUFFIX,
    payload: writeSidecar(sidecar),
    keyRef: input.keyRef,
    trustKey,
  })
  return sidecar
}

function checkIntact({ path }: ClosedSegment, scan: SegmentScan): void {
  if (scan.damage === null && scan.closed) return
  const detail = scan.damage === null ? 'it is open' : `byte ${scan.damage.offset}: ${scan.damage.detail}`
  throw new OperatingError('log-corrupt', `${path} cannot be archived: ${detail}`, { subject: path })
}

function sidecarOf(
  { header, footer }: ClosedSegment,
  scan: SegmentScan,
  predecessorSha256: string | null,
): SegmentSidecar {
  return {
    history: header.history,
    lineage: lineageOf(header),
    number: header.number,
    firstPosition: formatPosition(header.firstPosition),
    lastPosition: formatPosition(footer.lastPosition),
    firstRecordAt: footer.firstRecordAt,
    lastRecordAt: footer.lastRecordAt,
    recordCount: scan.recordCount,
    sizeBytes: scan.sizeBytes,
    sha256: scan.sha256,
    predecessorSha256,
  }
}
