import { type Checksums, Question, type RunningDigest, recall } from '../../checksums/index.ts'
import type { Task } from '../../effects/index.ts'
import { FilePieces } from '../../ports/index.ts'
import { BLOCK_BYTES, type RecordFileFooter } from './footer.ts'
import { FrameReader } from './frame-reader.ts'
import { HEADER_BYTES, type RecordFileHeader, type RecordFileKind } from './header.ts'
import { readEnds } from './open.ts'
import { findLaterProof } from './resync.ts'

/** A damaged stretch; positions are numbers here. See `LogDamage`. */
export interface RecordFileDamage {
  readonly kind: 'torn-tail' | 'corrupt' | 'not-a-segment'
  readonly offset: number
  /** Last good position before it; null when there is none. */
  readonly after: number | null
  readonly detail: string
}

/** What reading every byte of a segment or checkpoint found. */
export interface RecordFileScan {
  readonly path: string
  readonly sizeBytes: number
  readonly header: RecordFileHeader | null
  /** Null when open, or when the footer is damaged. */
  readonly footer: RecordFileFooter | null
  /** Records before any damage, and what they span. */
  readonly recordCount: number
  readonly lastPosition: number | null
  readonly firstRecordAt: number | null
  readonly lastRecordAt: number | null
  readonly damage: RecordFileDamage | null
  /** Lower-case hex; null when it was not asked for. */
  readonly sha256: string | null
}

/** How thorough, and what else to compute on the way. */
export interface ScanOptions {
  /**
   * `blocks`: of a closed file only the CRC of every 64 KiB, which finds any byte that changed since it was closed, at the speed of the
   * CRC. `records`: each record's CRC, position and time as well, which also finds what was never right.
   */
  readonly depth: 'blocks' | 'records'
  /** Compute the file's SHA-256, too. */
  readonly digest: boolean
  /** What the file has to be. */
  readonly expect: RecordFileKind
}

/**
 * Reads every byte of a segment or checkpoint in constant memory (piece by piece; the footer takes 4 bytes per 64 KiB) and says what it
 * holds and what is damaged. Damage is a result, not an error.
 * @throws OperatingError `file-missing`, `version-mismatch`, and what the disk throws
 */
export function* scanRecordFile(
  checksums: Checksums,
  path: string,
  options: ScanOptions,
): Task<RecordFileScan> {
  const { sizeBytes, header, footer } = yield* readEnds(checksums, path)
  const sha256 = options.digest ? checksums.sha256() : null
  const badBlock = yield* readBlocks(checksums, { path, sizeBytes, footer, sha256 })
  const found = { path, sizeBytes, header, footer, sha256: sha256?.hex() ?? null }
  if (header === null || header.kind !== options.expect) {
    const detail = `the file does not begin with an intact ${options.expect} header`
    return { ...found, ...NOTHING, damage: { kind: 'not-a-segment', offset: 0, after: null, detail } }
  }
  const trusted =
    footer !== null && badBlock === null && options.depth === 'blocks' && countsAgree(footer, header)
  if (trusted) return { ...found, ...spanOfFooter(footer), damage: null }
  const end = footer?.dataEnd ?? sizeBytes
  const walk = yield* walkRecords(checksums, path, header, end)
  const span = { ...walk.span }
  if (walk.damage !== null) {
    const damage = footer === null ? walk.damage : { ...walk.damage, kind: 'corrupt' as const }
    return { ...found, ...span, damage }
  }
  if (badBlock !== null) {
    // No record is hit: the header's unused bytes or an unfinished write that was kept.
    const detail = 'the CRC of a 64 KiB block does not match'
    return {
      ...found,
      ...span,
      damage: { kind: 'corrupt', offset: badBlock, after: span.lastPosition, detail },
    }
  }
  if (footer !== null && !footerAgrees(footer, header, walk.span)) {
    const detail = 'the footer counts other records than the file holds'
    return {
      ...found,
      ...span,
      damage: { kind: 'corrupt', offset: footer.footerStart, after: span.lastPosition, detail },
    }
  }
  return { ...found, ...span, damage: null }
}

/** Which records a file was found to hold. */
interface Span {
  readonly recordCount: number
  readonly lastPosition: number | null
  readonly firstRecordAt: number | null
  readonly lastRecordAt: number | null
}

const NOTHING: Span = { recordCount: 0, lastPosition: null, firstRecordAt: null, lastRecordAt: null }

function spanOfFooter(footer: RecordFileFooter): Span {
  if (footer.recordCount === 0) return NOTHING
  const { recordCount, lastPosition, firstRecordAt, lastRecordAt } = footer
  return { recordCount, lastPosition, firstRecordAt, lastRecordAt }
}

/** Told without reading the records: the positions that header and footer name are as many as the records counted. */
function countsAgree(footer: RecordFileFooter, header: RecordFileHeader): boolean {
  return footer.lastPosition === header.firstPosition + footer.recordCount - 1
}

function footerAgrees(footer: RecordFileFooter, header: RecordFileHeader, span: Span): boolean {
  return (
    footer.recordCount === span.recordCount &&
    countsAgree(footer, header) &&
    footer.firstRecordAt === (span.firstRecordAt ?? 0) &&
    footer.lastRecordAt === (span.lastRecordAt ?? 0)
  )
}

const BLOCKS = new Question<{ readonly covered: number; readonly crcs: Uint32Array }>(
  'CRCs of the 64 KiB blocks of some bytes',
)

/** Reads every byte once: feeds the digest, compares the blocks' CRCs. Gives the offset of the first block that differs. */
function* readBlocks(
  checksums: Checksums,
  file: {
    readonly path: string
    readonly sizeBytes: number
    readonly footer: RecordFileFooter | null
    readonly sha256: RunningDigest | null
  },
): Task<number | null> {
  const { path, sizeBytes, footer, sha256 } = file
  if (footer === null && sha256 === null) return null
  let bad: number | null = null
  let offset = 0
  const pieces = new FilePieces({ path, end: sizeBytes })
  for (let bytes = yield* pieces.next(); bytes !== null; bytes = yield* pieces.next()) {
    sha256?.update(bytes)
    if (footer !== null) bad ??= firstBadBlock(checksums, bytes, offset, footer)
    offset += bytes.length
  }
  return bad
}

/** Offset of the first block in `bytes`, which lie at `offset`, that is not what the footer says; null when all are. */
function firstBadBlock(
  checksums: Checksums,
  bytes: Uint8Array,
  offset: number,
  { footerStart, blockCrcs }: RecordFileFooter,
): number | null {
  const end = Math.min(bytes.length, footerStart - offset)
  const crcs = checksums.memory === undefined ? null : crcsOfBlocks(checksums, bytes, end)
  for (let at = 0; at < end; at += BLOCK_BYTES) {
    const crc = crcs?.[at / BLOCK_BYTES] ?? crcOfBlock(checksums, bytes, at, end)
    if (crc !== blockCrcs[(offset + at) / BLOCK_BYTES]) return offset + at
  }
  return null
}

function crcOfBlock(checksums: Checksums, bytes: Uint8Array, at: number, end: number): number {
  return checksums.crc32(bytes.subarray(at, Math.min(at + BLOCK_BYTES, end)))
}

/** The CRC of each block of the bytes before `end`. */
function crcsOfBlocks(checksums: Checksums, bytes: Uint8Array, end: number): Uint32Array | null {
  if (end <= 0) return null
  const { crcs, covered } = recall(checksums, BLOCKS, bytes, () => ({
    covered: end,
    crcs: Uint32Array.from({ length: Math.ceil(end / BLOCK_BYTES) }, (_, index) =>
      crcOfBlock(checksums, bytes, index * BLOCK_BYTES, end),
    ),
  }))
  return covered === end ? crcs : null
}

/** Reads the records one by one up to `end`; behind the first that is none, looks for proof that it had been acknowledged. */
function* walkRecords(
  checksums: Checksums,
  path: string,
  header: RecordFileHeader,
  end: number,
): Task<{ readonly span: Span; readonly damage: RecordFileDamage | null }> {
  const { firstPosition } = header
  const reader = new FrameReader(checksums, { path, offset: HEADER_BYTES, end, position: firstPosition })
  let firstRecordAt: number | null = null
  for (let batch = yield* reader.next(); batch !== null; batch = yield* reader.next()) {
    firstRecordAt ??= batch[0]?.at ?? null
  }
  const recordCount = reader.position - firstPosition
  const lastPosition = recordCount === 0 ? null : reader.position - 1
  const span = {
    recordCount,
    lastPosition,
    firstRecordAt,
    lastRecordAt: recordCount === 0 ? null : reader.at,
  }
  const { stop } = reader
  if (stop === null) return { span, damage: null }
  const proof = yield* findLaterProof(checksums, { path, from: stop.offset, end, position: reader.position })
  const kind = proof === null ? 'torn-tail' : 'corrupt'
  return { span, damage: { kind, offset: stop.offset, after: lastPosition, detail: stop.detail } }
}
