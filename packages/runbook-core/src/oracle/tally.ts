import type { Comparison, LedgerPoint } from './comparison.ts'
import { EXAMPLES_MAX } from './comparison.ts'
import type { Acknowledgement, LedgerEntry } from './ledger-entry.ts'
import type { ReadbackEntry } from './readback-entry.ts'

/** Orders two acknowledgements by their position in the log. */
export type CompareAcknowledgements = (a: Acknowledgement, b: Acknowledgement) => number

interface Seen {
  readonly key: string
  readonly ack: Acknowledgement
}

/** Counts the differences, fed key by key. Its size does not depend on how many there are. */
export class Tally {
  readonly #compare: CompareAcknowledgements
  readonly #counts = {
    acknowledged: 0,
    recovered: 0,
    lost: 0,
    altered: 0,
    alteredAcknowledged: 0,
    duplicated: 0,
    unexpected: 0,
    submittedOnlyReturned: 0,
    submittedOnlyAbsent: 0,
  }
  readonly #examples = {
    lost: [] as string[],
    altered: [] as string[],
    duplicated: [] as string[],
    unexpected: [] as string[],
  }
  #oldestMissing: Seen | null = null
  #firstLost: Seen | null = null
  #lastReturned: Seen | null = null
  #newestRecoveredAt: number | null = null
  #newestAcknowledgedAt: number | null = null

  constructor(compare: CompareAcknowledgements) {
    this.#compare = compare
  }

  /** A key with what each side says of it; null where a side does not have it. */
  add(written: LedgerEntry | null, read: ReadbackEntry | null): void {
    if (read !== null && read.count > 1) {
      this.#counts.duplicated += read.count - 1
      this.#example('duplicated', read.key)
    }
    if (written !== null && written.acknowledged !== null) {
      this.#addAcknowledged(written.key, written.acknowledged, read)
    } else {
      this.#addOther(written, read)
    }
  }

  /** Acknowledged keys that came back once and unchanged, together: the newest of their times, and the one that is last by position. */
  addRecovered(count: number, newestAt: number, last: LedgerEntry): void {
    const { key, acknowledged: ack } = last
    if (ack === null) return
    this.#counts.acknowledged += count
    this.#counts.recovered += count
    this.#newestAcknowledgedAt = later(this.#newestAcknowledgedAt, newestAt)
    this.#newestRecoveredAt = later(this.#newestRecoveredAt, newestAt)
    if (this.#lastReturned === null || this.#compare(ack, this.#lastReturned.ack) > 0) {
      this.#lastReturned = { key, ack }
    }
  }

  /** Counts and points; null as recovery point where one pass cannot tell it. */
  result(): Comparison & { readonly recoveryPointKnown: boolean } {
    const firstLost = this.#firstLost
    const lastReturned = this.#lastReturned
    const missingAt = this.#oldestMissing?.ack.at ?? null
    const newest = this.#newestRecoveredAt
    const known = missingAt === null || newest === null || newest < missingAt
    return {
      ...this.#counts,
      lostIsTail:
        firstLost === null || lastReturned === null || this.#compare(lastReturned.ack, firstLost.ack) < 0,
      oldestMissing: point(this.#oldestMissing),
      firstLost: point(firstLost),
      lastReturned: point(lastReturned),
      recoveryPointAt: known ? newest : null,
      recoveryPointKnown: known,
      newestAcknowledgedAt: this.#newestAcknowledgedAt,
      examples: this.#examples,
    }
  }

  #addAcknowledged(key: string, ack: Acknowledgement, read: ReadbackEntry | null): void {
    this.#counts.acknowledged += 1
    this.#newestAcknowledgedAt = later(this.#newestAcknowledgedAt, ack.at)
    const whole = read?.digests.every((digest) => digest === ack.digest) ?? false
    if (!whole && isOlder(ack, this.#oldestMissing)) this.#oldestMissing = { key, ack }
    if (read === null) {
      this.#counts.lost += 1
      this.#example('lost', key)
      if (this.#firstLost === null || this.#compare(ack, this.#firstLost.ack) < 0)
        this.#firstLost = { key, ack }
      return
    }
    if (this.#lastReturned === null || this.#compare(ack, this.#lastReturned.ack) > 0) {
      this.#lastReturned = { key, ack }
    }
    if (whole) {
      this.#counts.recovered += 1
      this.#newestRecoveredAt = later(this.#newestRecoveredAt, ack.at)
    } else {
      this.#counts.altered += 1
      this.#counts.alteredAcknowledged += 1
      this.#example('altered', key)
    }
  }

  #addOther(written: LedgerEntry | null, read: ReadbackEntry | null): void {
    // A write that failed for certain must not come back; one whose outcome nobody knows may.
    const mayReturn = written !== null && written.submitted > written.failed
    if (read === null) {
      this.#counts.submittedOnlyAbsent += mayReturn ? 1 : 0
    } else if (!mayReturn) {
      this.#counts.unexpected += 1
      this.#example('unexpected', read.key)
    } else if (read.digests.every((digest) => written.digests.includes(digest))) {
      this.#counts.submittedOnlyReturned += 1
    } else {
      this.#counts.altered += 1
      this.#example('altered', read.key)
    }
  }

  #example(kind: keyof Comparison['examples'], key: string): void {
    if (this.#examples[kind].length < EXAMPLES_MAX) this.#examples[kind].push(key)
  }
}

const later = (known: number | null, at: number): number => (known === null || at > known ? at : known)

/** Earlier acknowledgement first; of those at the same instant, the smaller line. */
function isOlder(ack: Acknowledgement, than: Seen | null): boolean {
  return than === null || ack.at < than.ack.at || (ack.at === than.ack.at && ack.line < than.ack.line)
}

const point = (seen: Seen | null): LedgerPoint | null =>
  seen === null ? null : { key: seen.key, position: seen.ack.position, at: seen.ack.at }
