import { all, type Task } from '../../effects/index.ts'
import type { ArchivedSegment, LogFormat, Position, RefusedSegment } from '../../formats/index.ts'
import { Log } from '../../ports/index.ts'

/** Names asked for in all, at most: whoever lays a segment of number 10^9 into the bucket must not make us ask 10^9 times. */
export const NAMES_ASKED_MAX = 10_000
/** So many names at once beyond the last that is known; when none of them is there, the log ends. */
export const NAMES_AHEAD = 4
const CONCURRENCY = 16

/** What is asked for by name, and what is known before. */
export interface AskedLog {
  readonly store: string
  readonly trustKey: string | null
  readonly patienceMs: number
  readonly history: string
  /** Positions up to here are not needed, nor are those behind `through`, if there is one. */
  readonly after: Position
  readonly through: Position | null
  /** What the listing shows of this history. */
  readonly segments: readonly ArchivedSegment[]
  readonly refused: readonly RefusedSegment[]
  /** Numbers of segments that lie somewhere else, in the logs of backups. */
  readonly elsewhere: readonly number[]
  /** Numbers of the base's own log: nothing before them is needed. */
  readonly own: readonly number[]
  /** Number of the segment after which this history began, where one is known: numbers go on over a fork. */
  readonly follows: number | null
}

/** The archive of one history as listing and names together show it. */
export interface FoundLog {
  readonly segments: readonly ArchivedSegment[]
  readonly refused: readonly RefusedSegment[]
}

/** Reasons that a listing alone is no proof of. */
const NOT_LISTED: ReadonlySet<RefusedSegment['reason']> = new Set(['sidecar-missing', 'segment-missing'])

/**
 * Asks by name for the segments that a listing may have left out: those between two known ones, those behind the newest, and those
 * before the oldest until the base is reached. A listing that shows less than there is costs requests, never records.
 */
export function* askForUnlisted(format: LogFormat, given: AskedLog): Task<FoundLog> {
  const search = new Search(format, given)
  yield* search.run()
  return search.found()
}

class Search {
  readonly #format: LogFormat
  readonly #given: AskedLog
  readonly #known = new Map<number, ArchivedSegment | RefusedSegment>()
  readonly #rest: RefusedSegment[] = []
  readonly #settled: ReadonlySet<number>
  #asked = 0

  constructor(format: LogFormat, given: AskedLog) {
    this.#format = format
    this.#given = given
    this.#settled = new Set([...given.elsewhere, ...given.own])
    for (const segment of given.segments) this.#known.set(segment.number, segment)
    for (const refused of given.refused) {
      const number = format.parseKey(refused.key)?.number
      if (number === undefined || this.#known.has(number)) this.#rest.push(refused)
      else this.#known.set(number, refused)
    }
  }

  found(): FoundLog {
    const known = [...this.#known].sort(([a], [b]) => a - b).map(([, one]) => one)
    return {
      segments: known.filter(isSegment),
      refused: [...this.#rest, ...known.filter((one) => !isSegment(one))] as RefusedSegment[],
    }
  }

  *run(): Task<void> {
    const { own, follows } = this.#given
    const anchors = [...this.#settled]
    for (const [number, known] of this.#known) if (saidBy(known) !== null) anchors.push(number)
    if (anchors.length === 0 && follows !== null) anchors.push(follows + 1)
    if (anchors.length === 0) return
    // Not spread into arguments: a hostile bucket lists more than a call may have.
    const low = (own.length > 0 ? own : anchors).reduce((least, number) => Math.min(least, number))
    const high = anchors.reduce((most, number) => Math.max(most, number))
    yield* this.#below(low)
    yield* this.#ask(low, high)
    yield* this.#beyond(high)
    if (this.#asked < NAMES_ASKED_MAX) return
    yield* Log.write({
      level: 'warn',
      message: `the log of ${this.#given.history} has too many holes: ${NAMES_ASKED_MAX} segments were asked for by name, more may be there`,
    })
  }

  *#beyond(from: number): Task<void> {
    const { through } = this.#given
    const reaches = (segment: ArchivedSegment | null): boolean =>
      segment !== null && through !== null && this.#format.compare(segment.lastPosition, through) >= 0
    if ([...this.#known.values()].some((known) => reaches(saidBy(known)))) return
    for (let next = from + 1; yield* this.#ask(next, next + NAMES_AHEAD - 1); ) next += NAMES_AHEAD
  }

  *#below(from: number): Task<void> {
    for (let low = from; low > 0 && !this.#reachesBase(low); ) {
      const least = Math.max(0, low - NAMES_AHEAD)
      if (!(yield* this.#ask(least, low - 1))) return
      low = least
    }
  }

  /** True when nothing before this number is needed: it holds what follows the base, or is the first of all. */
  #reachesBase(number: number): boolean {
    if (this.#given.own.includes(number)) return true
    const known = this.#known.get(number)
    const segment = known === undefined ? null : saidBy(known)
    if (segment === null) return false
    const { firstPosition, predecessorSha256 } = segment
    const wanted = this.#format.next(this.#given.after)
    return predecessorSha256 === null || this.#format.compare(firstPosition, wanted) <= 0
  }

  /** Numbers in a range of which nothing is known but what a listing failed to show; the lowest first, since a log is a prefix. */
  #gaps(low: number, high: number): readonly number[] {
    const gaps: number[] = []
    for (let number = low; number <= high && this.#asked + gaps.length < NAMES_ASKED_MAX; number += 1) {
      const known = this.#known.get(number)
      const isOpen = known === undefined || (!isSegment(known) && NOT_LISTED.has(known.reason))
      if (isOpen && !this.#settled.has(number)) gaps.push(number)
    }
    return gaps
  }

  /** Asks for what is not known between two numbers; true when any of them was ever archived to its end. */
  *#ask(low: number, high: number): Task<boolean> {
    const { store, trustKey, patienceMs, history } = this.#given
    const numbers = this.#gaps(low, high)
    this.#asked += numbers.length
    const answers = yield* all(
      numbers.map((number) => () => this.#format.describe({ store, trustKey, patienceMs, history, number })),
      CONCURRENCY,
    )
    numbers.forEach((number, index) => {
      const answer = answers[index] ?? null
      if (answer !== null) this.#known.set(number, answer)
    })
    return high - low < NAMES_AHEAD && this.#isArchived(low, high)
  }

  #isArchived(low: number, high: number): boolean {
    for (let number = low; number <= high; number += 1) {
      const known = this.#known.get(number)
      if (known !== undefined && (isSegment(known) || known.reason !== 'sidecar-missing')) return true
    }
    return false
  }
}

const isSegment = (one: ArchivedSegment | RefusedSegment): one is ArchivedSegment => !('reason' in one)

/** What a sidecar that can be believed says, whatever became of the segment itself; null without one. */
export const saidBy = (one: ArchivedSegment | RefusedSegment): ArchivedSegment | null =>
  isSegment(one) ? one : (one.described ?? null)

/** All that believable sidecars say of a log. */
export const toldSegments = ({ segments, refused }: FoundLog): readonly ArchivedSegment[] => [
  ...segments,
  ...refused.flatMap(({ described }) => described ?? []),
]
