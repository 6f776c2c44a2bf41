import { z } from 'zod'
import type { Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import type { LogFormat, SegmentScan } from '../../formats/index.ts'
import { FileSystem, Log } from '../../ports/index.ts'
import { type ActionDefinition, defineAction } from '../define-action.ts'
import { parentOf } from '../support/files.ts'
import { absolutePath, bytes, name, sha256Hex } from '../support/schemas.ts'
import { type Hole, judgeSegment, type LineHistory } from './judge-segment.ts'
import { compareFileNames } from './wanted-log.ts'

const file = z.object({ fileName: z.string(), at: absolutePath, sha256: sha256Hex, sizeBytes: bytes })

const input = z.strictObject({
  /** Of the base. */
  history: name,
  /** The base's history and those that continue it, as select-log gives them; empty: the base's alone. */
  histories: z.array(z.object({ history: name, through: z.string().nullable() })).default([]),
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
    file.extend({
      firstPosition: z.string(),
      lastPosition: z.string(),
      records: z.number().int(),
      /** Digest of the segment of which this is the beginning; null when it is whole. */
      cutFrom: sha256Hex.nullable(),
    }),
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
 * Reads every byte of every segment and keeps the longest contiguous prefix of one line of histories: each up to where the next one left
 * it, so that nothing returns which an earlier restore had given up (I13). A hole or damage refuses the restore, naming range and next
 * action, unless the loss was accepted; nothing after a hole is ever kept (D32, D40, D52, D74, D90). A lost segment is no hole when the
 * next one continues without it: the base, or its neighbours, hold what it held.
 */
export function scanLog(format: LogFormat): ActionDefinition<Input, Output> {
  return defineAction<Input, Output>({
    kind: 'scan-log',
    summary: 'Reads every byte of the log and keeps the contiguous prefix of one history.',
    input: input as z.ZodType<Input>,
    output,
    effects: (given) => ({
      reads: given.files.map((one) => `path:${one.at}` as const),
      // With an accepted loss the good part of a damaged segment is cut into a file beside it, and at a fork what lies before it.
      writes:
        given.acceptLoss || given.histories.length > 1
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

function* scan(format: LogFormat, given: Input): Task<Output> {
  const reading = new Reading(format, given)
  for (const wanted of inOrder(given)) {
    if (wanted.kind === 'missing') reading.lack(missing(wanted))
    else if (!(yield* reading.read(wanted.file))) break
  }
  const { kept, last, lastRecordAt } = reading
  const hole = reading.hole ?? reading.shortOfLine()
  if (hole !== null) yield* refuseOrAccept(format, given, hole, last)
  return {
    files: kept,
    lastPosition: last,
    recordsBeyondBackup: beyond(format, given.through, last),
    lastRecordAt,
    stoppedBy: hole === null ? null : { fileName: hole.fileName, reason: hole.reason, after: last },
  }
}

/** The prefix as far as it has been read. */
class Reading {
  readonly kept: Output['files'] = []
  last: string
  lastRecordAt: number | null = null
  hole: Hole | null = null
  readonly #format: LogFormat
  readonly #given: Input
  readonly #line: readonly LineHistory[]
  #stretch = 0

  constructor(format: LogFormat, given: Input) {
    this.#format = format
    this.#given = given
    this.#line = given.histories.length > 0 ? given.histories : [{ history: given.history, through: null }]
    this.last = given.after
  }

  /** A segment is lost; no hole if what follows continues without it. */
  lack(hole: Hole): void {
    this.hole ??= hole
  }

  /** Reads one segment; false when nothing behind it can be kept. */
  *read(file: Input['files'][number]): Task<boolean> {
    const { fileName } = file
    const scanned = yield* this.#format.scan({ path: file.at })
    if (scanned.sha256 !== file.sha256) throw changedHere(file.at)
    const reached = { stretch: this.#stretch, last: this.last }
    const judged = judgeSegment(this.#format, this.#line, reached, fileName, scanned)
    if (judged.kind === 'passed-over') {
      yield* Log.write({ level: 'warn', message: `${fileName} passed over: ${judged.why}` })
      return true
    }
    if (judged.kind === 'hole') {
      if (judged.hole.code === 'log-gap') {
        this.hole = { ...(this.hole ?? judged.hole), before: judged.hole.before }
        return false
      }
      this.hole ??= judged.hole
      const { good } = judged
      if (!this.#given.acceptLoss || good === null || this.#format.compare(good, this.last) <= 0) return true
      this.#keep(yield* this.#cut(file, good), judged.stretch, file.sha256)
      return true
    }
    const { stretch, cutAt } = judged
    const isNews = scanned.lastPosition !== null && this.#format.compare(scanned.lastPosition, this.last) > 0
    if (isNews) this.hole = null
    // Whatever lies behind a hole and does not fill it is not kept.
    else if (this.hole !== null) return true
    if (cutAt === null) this.#keep({ file, scanned }, stretch, null)
    else this.#keep(yield* this.#cut(file, cutAt), stretch, file.sha256)
    return true
  }

  /** The beginning of a segment, in a file beside it. */
  *#cut(file: Input['files'][number], last: string): Task<Scanned> {
    const to = `${file.at}.cut`
    const cut = yield* this.#format.cut({ from: file.at, to, bound: { kind: 'position', last } })
    yield* FileSystem.syncDirectory({ path: parentOf(to) })
    const { sha256, sizeBytes } = cut
    return { file: { fileName: file.fileName, at: to, sha256, sizeBytes }, scanned: cut }
  }

  #keep({ file, scanned }: Scanned, stretch: number, cutFrom: string | null): void {
    const { firstPosition, lastPosition, lastRecordAt, recordCount } = scanned
    if (firstPosition === null || lastPosition === null) return
    if (this.#format.compare(lastPosition, this.last) > 0) this.last = lastPosition
    this.lastRecordAt = lastRecordAt ?? this.lastRecordAt
    this.#stretch = stretch
    this.kept.push({ ...file, firstPosition, lastPosition, records: recordCount, cutFrom })
  }

  /** What is left out at the end: of the base's own log, or of a history that was to continue it. */
  shortOfLine(): Hole | null {
    const { through } = this.#line[0] ?? { through: null }
    const wanted = this.#given.through
    const least = through !== null && this.#format.compare(through, wanted) < 0 ? through : wanted
    const isShort = this.#format.compare(this.last, least) < 0
    const next = this.#line[this.#stretch + 1]
    if (!isShort && next === undefined) return null
    return {
      fileName: isShort ? 'the log of the backup itself' : `the log of history ${next?.history}`,
      reason: isShort
        ? `it ends at ${this.last}, before the backup's own end ${least}`
        : 'nothing good is left of it',
      code: 'log-gap',
      before: null,
    }
  }
}

interface Scanned {
  readonly file: Input['files'][number]
  readonly scanned: SegmentScan
}

/** Damage on this host's disk is no hole in the log: the copy that was fetched was good, and still lies where it came from. */
const changedHere = (path: string): OperatingError =>
  new OperatingError('copy-spoilt', `${path} is not what was fetched: it changed on this disk`, {
    subject: path,
  })

const missing = (wanted: Wanted & { readonly kind: 'missing' }): Hole => ({
  fileName: wanted.fileName,
  reason: `no good copy: ${wanted.tried.join('; ')}`,
  code: 'log-corrupt',
  before: null,
})

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
  return wanted.sort((a, b) => compareFileNames(a.fileName, b.fileName))
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
