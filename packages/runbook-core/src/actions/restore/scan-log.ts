import { z } from 'zod'
import type { Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import type { LogFormat, SegmentScan } from '../../formats/index.ts'
import { FileSystem, Log } from '../../ports/index.ts'
import { compareUtf8 } from '../../text/utf8.ts'
import { type ActionDefinition, defineAction } from '../define-action.ts'
import { parentOf } from '../support/files.ts'
import { absolutePath, bytes, name, sha256Hex } from '../support/schemas.ts'

const file = z.object({ fileName: z.string(), at: absolutePath, sha256: sha256Hex, sizeBytes: bytes })

const input = z.strictObject({
  history: name,
  /** The base holds everything up to here; the log must continue without a gap. */
  after: z.string(),
  /** The base needs the log up to here at least to be consistent (D28). */
  through: z.string(),
  files: z.array(file),
  /** Segments that no good copy was found of. */
  missing: z.array(z.object({ fileName: z.string(), tried: z.array(z.string()) })).default([]),
  /** Restore the prefix before a hole instead of refusing; the loss is recorded exactly. */
  acceptLoss: z.boolean().default(false),
})
type Input = z.infer<typeof input>

const output = z.object({
  /** What may be placed: a contiguous prefix, in order. */
  files: z.array(
    file.extend({ firstPosition: z.string(), lastPosition: z.string(), records: z.number().int() }),
  ),
  lastPosition: z.string(),
  /** Records that the placed log holds beyond the backup's own end; below zero when an accepted loss ends before it. */
  recordsBeyondBackup: z.number().int(),
  lastRecordAt: z.number().int().nullable(),
  /** Null, or what ends the prefix early. */
  stoppedBy: z.object({ fileName: z.string(), reason: z.string(), after: z.string() }).nullable(),
})
type Output = z.infer<typeof output>

/**
 * Reads every byte of every segment and keeps the longest contiguous prefix of one history. A hole or damage refuses the restore,
 * naming range and next action, unless the loss was accepted; nothing after a hole is ever kept (D32, D40, D52, D74, D90). A lost
 * segment is no hole when the next one continues without it: the base, or its neighbours, hold what it held.
 */
export function scanLog(format: LogFormat): ActionDefinition<Input, Output> {
  return defineAction<Input, Output>({
    kind: 'scan-log',
    summary: 'Reads every byte of the log and keeps the contiguous prefix of one history.',
    input: input as z.ZodType<Input>,
    output,
    effects: (given) => ({
      reads: given.files.map((one) => `path:${one.at}` as const),
      // With an accepted loss the good part of a damaged segment is cut into a file beside it.
      writes: given.acceptLoss
        ? given.files.slice(0, 1).map((one) => `path:${parentOf(one.at)}` as const)
        : [],
      destroys: [],
      exposes: [],
    }),
    capabilities: { required: [], optional: [] },
    ports: [FileSystem.$id, Log.$id],
    traits: ['verifies'],
    estimate: () => ({ bestMs: 10_000, likelyMs: 60_000, worstMs: 300_000 }),
    run: (given) => scan(format, given),
  })
}

interface Hole {
  readonly fileName: string
  readonly reason: string
  readonly code: 'log-gap' | 'log-corrupt'
  /** First position behind it that a good segment holds; null when none does. */
  readonly before: string | null
}

function* scan(format: LogFormat, given: Input): Task<Output> {
  const kept: Output['files'] = []
  let last = given.after
  let lastRecordAt: number | null = null
  let hole: Hole | null = null
  for (const wanted of inOrder(given)) {
    if (wanted.kind === 'missing') {
      hole ??= missing(wanted)
      continue
    }
    const scanned = yield* format.scan({ path: wanted.file.at })
    if (isForeign(given.history, scanned)) {
      // It is no part of this log, whatever its key says; if it stands in place of one, what follows shows the hole.
      yield* Log.write({
        level: 'warn',
        message: `${wanted.file.fileName} passed over: it belongs to history ${scanned.history}`,
      })
      continue
    }
    const problem = problemOf(format, last, wanted.file.fileName, scanned)
    if (problem?.code === 'log-gap') {
      hole = { ...(hole ?? problem), before: scanned.firstPosition }
      break
    }
    if (problem !== null) hole ??= problem
    else if (continues(format, last, scanned)) hole = null
    // Whatever lies behind a hole and does not fill it is not kept.
    else if (hole !== null) continue
    const usable =
      problem === null
        ? { file: wanted.file, scanned }
        : yield* salvage(format, given, problem, wanted.file, last)
    if (usable === null || usable.scanned.firstPosition === null || usable.scanned.lastPosition === null)
      continue
    if (format.compare(usable.scanned.lastPosition, last) > 0) last = usable.scanned.lastPosition
    lastRecordAt = usable.scanned.lastRecordAt ?? lastRecordAt
    kept.push({
      ...usable.file,
      firstPosition: usable.scanned.firstPosition,
      lastPosition: usable.scanned.lastPosition,
      records: usable.scanned.recordCount,
    })
  }
  hole ??= shortOfBase(format, given, last)
  if (hole !== null) yield* refuseOrAccept(format, given, hole, last)
  return {
    files: kept,
    lastPosition: last,
    recordsBeyondBackup: beyond(format, given.through, last),
    lastRecordAt,
    stoppedBy: hole === null ? null : { fileName: hole.fileName, reason: hole.reason, after: last },
  }
}

const missing = (wanted: Wanted & { readonly kind: 'missing' }): Hole => ({
  fileName: wanted.fileName,
  reason: `no good copy: ${wanted.tried.join('; ')}`,
  code: 'log-corrupt',
  before: null,
})

const continues = (format: LogFormat, last: string, { lastPosition }: SegmentScan): boolean =>
  lastPosition !== null && format.compare(lastPosition, last) > 0

function beyond(format: LogFormat, through: string, last: string): number {
  const order = format.compare(last, through)
  if (order === 0) return 0
  return order > 0
    ? format.distance(format.next(through), last)
    : -format.distance(format.next(last), through)
}

type Wanted =
  | { readonly kind: 'file'; readonly fileName: string; readonly file: Input['files'][number] }
  | { readonly kind: 'missing'; readonly fileName: string; readonly tried: readonly string[] }

/** Files and known-missing ones by segment name; names are zero-padded and grow in length. */
function inOrder(given: Input): readonly Wanted[] {
  const wanted: Wanted[] = [
    ...given.files.map((one) => ({ kind: 'file' as const, fileName: one.fileName, file: one })),
    ...given.missing.map((one) => ({ kind: 'missing' as const, ...one })),
  ]
  return wanted.sort((a, b) => a.fileName.length - b.fileName.length || compareUtf8(a.fileName, b.fileName))
}

/** True for an intact segment of another history. */
const isForeign = (history: string, { damage, history: own }: SegmentScan): boolean =>
  damage === null && own !== history

function problemOf(format: LogFormat, last: string, fileName: string, scanned: SegmentScan): Hole | null {
  if (scanned.damage !== null)
    return { fileName, reason: scanned.damage.detail, code: 'log-corrupt', before: null }
  if (scanned.firstPosition === null) return null
  if (format.compare(scanned.firstPosition, format.next(last)) > 0) {
    return {
      fileName,
      reason: `it begins at ${scanned.firstPosition}; ${format.next(last)} was expected`,
      code: 'log-gap',
      before: scanned.firstPosition,
    }
  }
  return null
}

/** With an accepted loss: the good beginning of a damaged segment, cut at a record boundary. */
function* salvage(
  format: LogFormat,
  given: Input,
  hole: Hole,
  file: Input['files'][number],
  last: string,
): Task<{ file: Input['files'][number]; scanned: SegmentScan } | null> {
  if (!given.acceptLoss || hole.code !== 'log-corrupt') return null
  const scanned = yield* format.scan({ path: file.at })
  const good = scanned.damage?.after ?? null
  if (good === null || scanned.history !== given.history || format.compare(good, last) <= 0) return null
  const to = `${file.at}.cut`
  const cut = yield* format.cut({ from: file.at, to, bound: { kind: 'position', last: good } })
  yield* FileSystem.syncDirectory({ path: parentOf(to) })
  return {
    file: { fileName: file.fileName, at: to, sha256: cut.sha256, sizeBytes: cut.sizeBytes },
    scanned: cut,
  }
}

function shortOfBase(format: LogFormat, given: Input, last: string): Hole | null {
  if (format.compare(last, given.through) >= 0) return null
  return {
    fileName: 'the log of the backup itself',
    reason: `it ends at ${last}, before the backup's own end ${given.through}`,
    code: 'log-gap',
    before: null,
  }
}

function* refuseOrAccept(format: LogFormat, given: Input, hole: Hole, last: string): Task<void> {
  const first = format.next(last)
  const range = hole.before === null ? `from ${first} on` : `from ${first} to before ${hole.before}`
  const what = `no good copy holds the positions ${range}: ${hole.fileName}: ${hole.reason}`
  if (!given.acceptLoss) {
    throw new OperatingError(hole.code, what, {
      subject: hole.fileName,
      hint: `Find another copy of ${hole.fileName} and run again, or accept the loss of everything after position ${last} with --param accept-loss=true.`,
    })
  }
  yield* Log.write({ level: 'warn', message: `${what}; the loss of everything behind was accepted` })
}
