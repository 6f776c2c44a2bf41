import type {
  ArchivedSegment,
  BackupDescription,
  BackupFile,
  LogFormat,
  RefusedSegment,
} from '../../formats/index.ts'
import type { Copy } from '../support/fetch.ts'
import { type FoundLog, toldSegments } from './ask-log.ts'
import type { Stretch } from './follow-histories.ts'
import { type SegmentContent, UNKNOWN_CONTENT, type WantedLog } from './wanted-log.ts'

/** One history's part of the log, and every place that holds something of it. */
export interface FoundStretch {
  readonly stretch: Stretch
  readonly log: FoundLog
  /** Backups of this history that hold some of it. */
  readonly relatives: readonly BackupDescription[]
  /** Log files that the base lists; null when the base is of another history. */
  readonly own: readonly BackupFile[] | null
}

/** From where copies are taken. */
export interface CopySource {
  readonly store: string
  /** True when only what a signature vouches for may be taken. */
  readonly isSigned: boolean
  /** The base's files as fetched. */
  readonly files: readonly (BackupFile & { readonly at: string })[]
}

/** Collects the segments of one stretch with every copy of each. */
export function collectStretch(
  format: LogFormat,
  source: CopySource,
  found: FoundStretch,
  next: FoundStretch | null,
  wanted: WantedLog,
): void {
  const collector = new Collector(format, source, found, next, wanted)
  collector.archived()
  collector.orphans()
  collector.unlisted()
  collector.backups()
  collector.lost()
}

/** Refusals of segments that were archived once: somebody else's document would be refused for another reason. */
const ARCHIVED_ONCE: ReadonlySet<RefusedSegment['reason']> = new Set([
  'segment-missing',
  'size-differs',
  'sidecar-unreadable',
])

class Collector {
  readonly #format: LogFormat
  readonly #source: CopySource
  readonly #found: FoundStretch
  readonly #wanted: WantedLog
  readonly #byNumber: ReadonlyMap<number, ArchivedSegment>
  /** First number of the next history, where one follows and shows it: numbers go on over a fork. */
  readonly #end: number | null

  constructor(
    format: LogFormat,
    source: CopySource,
    found: FoundStretch,
    next: FoundStretch | null,
    wanted: WantedLog,
  ) {
    this.#format = format
    this.#source = source
    this.#found = found
    this.#wanted = wanted
    this.#byNumber = new Map(toldSegments(found.log).map((segment) => [segment.number, segment]))
    this.#end = next === null ? null : firstNumber(format, next)
  }

  /** Segments that their own sidecar vouches for. */
  archived(): void {
    for (const one of this.#found.log.segments) {
      if (this.#isWithin(one)) this.#wanted.want(one.fileName, this.#contentOf(one), this.#object(one.key))
    }
  }

  /**
   * What a segment must be. Where its successor's sidecar names another digest than its own, one of the two was written by somebody else,
   * signed or not: then only what the chain names is taken.
   */
  #contentOf(one: ArchivedSegment): SegmentContent {
    const named = this.#byNumber.get(one.number + 1)?.predecessorSha256 ?? one.sha256
    return named === one.sha256 ? one : { ...UNKNOWN_CONTENT, sha256: named }
  }

  /**
   * Segments that were refused and may be good all the same: an older version of the object may be what its sidecar says; without a
   * usable sidecar the successor's vouches for it, or, where nothing is signed, it is taken for what it says.
   */
  orphans(): void {
    for (const { key, described } of this.#found.log.refused) {
      const orphan = this.#format.parseKey(key)
      if (orphan === null || this.#isBehind(orphan.number)) continue
      const place = this.#object(orphan.segmentKey)
      if (described !== undefined) {
        if (this.#isWithin(described)) this.#wanted.want(orphan.fileName, this.#contentOf(described), place)
        continue
      }
      const sha256 = this.#byNumber.get(orphan.number + 1)?.predecessorSha256 ?? null
      if (sha256 === null && this.#source.isSigned) continue
      this.#wanted.want(orphan.fileName, { ...UNKNOWN_CONTENT, sha256 }, place)
    }
  }

  /** Segments that neither listing nor names show and a successor vouches for: an older version of the object may be left. */
  unlisted(): void {
    const first = this.#format.next(this.#found.stretch.after)
    for (const one of toldSegments(this.#found.log)) {
      const { history, number, firstPosition, predecessorSha256: sha256 } = one
      const isNeeded = this.#isWithin(one) && this.#format.compare(firstPosition, first) > 0
      if (!isNeeded || sha256 === null) continue
      const { fileName, segmentKey } = this.#format.keyOf({ history, number: number - 1 })
      if (this.#wanted.has(fileName)) continue
      this.#wanted.want(fileName, { ...UNKNOWN_CONTENT, sha256 }, this.#object(segmentKey))
    }
  }

  /** Log files of the base (as fetched) and of other backups of its history; each may lie in the archive, too, listed or not. */
  backups(): void {
    const { own, relatives, stretch } = this.#found
    const others = relatives.flatMap(logOf)
    for (const file of own ?? []) {
      const fetched = this.#source.files.find(({ path }) => path === file.path)
      if (fetched !== undefined) this.#want(file, { kind: 'file', path: fetched.at })
    }
    for (const file of others) this.#want(file, this.#object(file.key))
    for (const file of [...(own ?? []), ...others]) {
      const number = this.#format.numberOf(lastPart(file.path))
      if (number === null) continue
      this.#want(file, this.#object(this.#format.keyOf({ history: stretch.history, number }).segmentKey))
    }
  }

  /**
   * Segments of which nothing is left that can be proven good: wanted all the same, so that the loss is refused or accepted, and never
   * passed over. Those that the base's own log reaches are not needed; of a base that has none, those before a segment that begins where
   * the base ends. (A segment without sidecar was never archived to its end.)
   */
  lost(): void {
    const reached = this.#reachedNumber()
    for (const { key, reason, detail } of this.#found.log.refused) {
      const lost = this.#format.parseKey(key)
      if (lost === null || !ARCHIVED_ONCE.has(reason) || this.#isBehind(lost.number)) continue
      const isReached = reached !== null && lost.number <= reached
      if (!this.#wanted.has(lost.fileName) && !isReached) this.#wanted.lose(lost.fileName, detail)
    }
  }

  /** Number of the last segment that the base can do without; null when nothing tells of any. */
  #reachedNumber(): number | null {
    const { own, stretch } = this.#found
    if (own === null) return null
    const first = this.#format.next(stretch.after)
    const numbers =
      own.length > 0
        ? own.map(({ path }) => this.#format.numberOf(lastPart(path)) ?? -1)
        : [...this.#byNumber.values()]
            .filter(({ firstPosition }) => this.#format.compare(firstPosition, first) <= 0)
            .map(({ number }) => number - 1)
    return numbers.length === 0 ? null : numbers.reduce((most, number) => Math.max(most, number))
  }

  #want(file: BackupFile, place: Copy): void {
    const fileName = lastPart(file.path)
    const number = this.#format.numberOf(fileName)
    if (number === null || !this.#isBehind(number)) this.#wanted.want(fileName, file, place)
  }

  /** True when a segment holds positions of this stretch. */
  #isWithin({ number, firstPosition, lastPosition }: ArchivedSegment): boolean {
    const { after, through } = this.#found.stretch
    if (this.#isBehind(number) || this.#format.compare(lastPosition, after) <= 0) return false
    return through === null || this.#format.compare(firstPosition, through) <= 0
  }

  #isBehind(number: number): boolean {
    return this.#end !== null && number >= this.#end
  }

  #object(key: string): Copy {
    return { kind: 'object', store: this.#source.store, key }
  }
}

/** The lowest number that is known of a history; null when none is. */
function firstNumber(format: LogFormat, { log, relatives }: FoundStretch): number | null {
  const numbers = [...toldSegments(log).map(({ number }) => number), ...numbersIn(format, relatives)]
  return numbers.length === 0 ? null : numbers.reduce((least, number) => Math.min(least, number))
}

/** The log files that a backup lists. */
export const logOf = ({ files }: BackupDescription): readonly BackupFile[] =>
  files.filter(({ role }) => role === 'log')

/** Numbers of the segments that backups hold. */
export const numbersIn = (format: LogFormat, backups: readonly BackupDescription[]): number[] =>
  backups
    .flatMap(logOf)
    .map(({ path }) => format.numberOf(lastPart(path)))
    .filter((number) => number !== null)

const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
