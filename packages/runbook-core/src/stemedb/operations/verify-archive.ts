import type { Checksums } from '../../checksums/index.ts'
import type { Task } from '../../effects/index.ts'
import type { ArchivedSegment, BackupDescription, SegmentScan } from '../../formats/index.ts'
import { listArchive } from '../backup/list-archive.ts'
import { scanSegment } from '../segment/index.ts'
import { judgeObject } from './fetch-to-scratch.ts'
import type { StoreAccess } from './store-writing.ts'
import type { VerificationProblem, VerifiedHistory } from './verification.ts'

/** What the archive was found to hold. */
export interface ArchiveVerification {
  readonly histories: readonly VerifiedHistory[]
  readonly problems: readonly VerificationProblem[]
}

/** Reads every archived segment back, and checks each history's chain and that something restorable leads to it. */
export function* verifyArchive(
  checksums: Checksums,
  input: StoreAccess & { readonly trustKey: string | null },
  bases: readonly BackupDescription[],
): Task<ArchiveVerification> {
  const { store, trustKey, patienceMs } = input
  const listed = yield* listArchive(checksums, { store, trustKey, after: null, patienceMs })
  const problems: VerificationProblem[] = listed.refused.map(({ key, reason, detail }) => ({
    // Segment first, sidecar second: a run that was cut short leaves this, and the next run mends it.
    severity: reason === 'sidecar-missing' ? 'notice' : 'error',
    subject: key,
    problem: reason,
    detail,
  }))
  const histories: VerifiedHistory[] = []
  const groups = byHistory(listed.segments)
  for (const segments of groups) {
    const bad = yield* readBack(checksums, input, segments)
    problems.push(...bad)
    const badKeys = new Set(bad.map(({ subject }) => subject))
    const chain = examineChain(segments, badKeys)
    problems.push(...chain.problems)
    if (chain.verified !== null) histories.push(chain.verified)
  }
  for (const segments of groups) problems.push(...examineBeginning(segments, bases, histories))
  return { histories, problems }
}

function byHistory(segments: readonly ArchivedSegment[]): readonly (readonly ArchivedSegment[])[] {
  const groups = new Map<string, ArchivedSegment[]>()
  for (const segment of segments) {
    const group = groups.get(segment.history)
    if (group === undefined) groups.set(segment.history, [segment])
    else group.push(segment)
  }
  return [...groups.values()]
}

function* readBack(
  checksums: Checksums,
  access: StoreAccess,
  segments: readonly ArchivedSegment[],
): Task<readonly VerificationProblem[]> {
  const problems: VerificationProblem[] = []
  for (const segment of segments) {
    const finding = yield* judgeObject(access, segment.key, (path, sha256) =>
      judgeSegment(checksums, segment, path, sha256),
    )
    if (finding !== null) problems.push({ severity: 'error', subject: segment.key, ...finding })
  }
  return problems
}

function* judgeSegment(checksums: Checksums, segment: ArchivedSegment, path: string, sha256: string) {
  if (sha256 !== segment.sha256) {
    return { problem: 'digest-differs', detail: 'not the bytes that its sidecar names' }
  }
  const scan = yield* scanSegment(checksums, path)
  const detail = disagreement(segment, scan)
  return detail === null ? null : { problem: 'structure-invalid', detail }
}

/** Digest and signature prove who archived a segment; what it holds must be what its sidecar says, too. */
function disagreement(segment: ArchivedSegment, scan: SegmentScan): string | null {
  if (scan.damage !== null) return `${scan.damage.kind} at byte ${scan.damage.offset}: ${scan.damage.detail}`
  if (!scan.closed) return 'it was never closed'
  const isEmpty = scan.recordCount === 0
  const held = {
    history: scan.history,
    number: scan.number,
    firstPosition: scan.firstPosition,
    lastPosition: isEmpty ? segment.lastPosition : scan.lastPosition,
    recordCount: scan.recordCount,
    firstRecordAt: isEmpty ? segment.firstRecordAt : scan.firstRecordAt,
    lastRecordAt: isEmpty ? segment.lastRecordAt : scan.lastRecordAt,
  }
  for (const field of Object.keys(held) as (keyof typeof held)[]) {
    if (held[field] !== segment[field]) {
      return `its sidecar says ${field} ${segment[field]}, the segment itself ${held[field]}`
    }
  }
  return null
}

/** The contiguous part of a history from its first archived segment on, and what ends or undermines it. */
function examineChain(
  segments: readonly ArchivedSegment[],
  badKeys: ReadonlySet<string>,
): { readonly verified: VerifiedHistory | null; readonly problems: readonly VerificationProblem[] } {
  const problems: VerificationProblem[] = []
  const first = segments[0]!
  let good: ArchivedSegment | null = null
  let length = 0
  let isWhole = true
  for (const [order, segment] of segments.entries()) {
    const before = segments[order - 1]
    const broken = before === undefined ? null : linkProblem(before, segment)
    if (broken !== null) problems.push(broken)
    if (broken !== null || badKeys.has(segment.key)) isWhole = false
    if (!isWhole) continue
    good = segment
    length += 1
  }
  if (good === null) return { verified: null, problems }
  const { history, firstPosition } = first
  const { lastPosition, lastRecordAt } = good
  return { verified: { history, segments: length, firstPosition, lastPosition, lastRecordAt }, problems }
}

function linkProblem(before: ArchivedSegment, segment: ArchivedSegment): VerificationProblem | null {
  const problem = (reason: string, detail: string): VerificationProblem => ({
    severity: 'error',
    subject: segment.key,
    problem: reason,
    detail,
  })
  const missing = segment.number - before.number - 1
  if (missing > 0) {
    const detail = `${missing} segments are missing or unusable between ${before.fileName} and ${segment.fileName}`
    return problem('log-gap', detail)
  }
  if (Number(segment.firstPosition) !== Number(before.lastPosition) + 1) {
    return problem(
      'log-gap',
      `it begins at ${segment.firstPosition}, but ${before.lastPosition} ends the one before`,
    )
  }
  if (segment.predecessorSha256 !== before.sha256) {
    return problem(
      'chain-broken',
      `it was archived after another segment than the ${before.fileName} found here`,
    )
  }
  return null
}

/**
 * A log that begins after position 1 needs something that reaches up to it: a backup of its own history, or, where it continues another
 * one from there on, a backup or the log of that one.
 */
function examineBeginning(
  segments: readonly ArchivedSegment[],
  bases: readonly BackupDescription[],
  verified: readonly VerifiedHistory[],
): readonly VerificationProblem[] {
  const first = segments[0]!
  const before = Number(first.firstPosition) - 1
  const reaches = (history: string): boolean =>
    bases.some((base) => base.history === history && Number(base.stopPosition) >= before)
  const { lineage } = first
  const parent = Number(lineage?.forkPosition) === before ? (lineage?.parentHistory ?? null) : null
  const isContinued = verified.some(
    (one) =>
      one.history === parent && Number(one.firstPosition) <= before && Number(one.lastPosition) >= before,
  )
  const isReached = reaches(first.history) || (parent !== null && (reaches(parent) || isContinued))
  if (before > 0 && !isReached) {
    const detail = `nothing restorable leads to it: no usable backup of ${first.history} reaches position ${before}`
    return [{ severity: 'error', subject: first.key, problem: 'base-missing', detail }]
  }
  if (first.predecessorSha256 === null) return []
  const detail = 'the segments before it are no longer archived: removed by retention, or by somebody'
  return [{ severity: 'notice', subject: first.key, problem: 'older-segments-gone', detail }]
}
