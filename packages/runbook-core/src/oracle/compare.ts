import type { Task } from '../effects/index.ts'
import { compareUtf8 } from '../text/utf8.ts'
import type { Comparison } from './comparison.ts'
import type { LedgerEntry } from './ledger-entry.ts'
import { type Pull, pull } from './pull.ts'
import type { ReadbackEntry } from './readback-entry.ts'
import { type CompareAcknowledgements, Tally } from './tally.ts'

/** A sorted stream that can be read more than once. */
export interface Reopenable<E> {
  open(): Pull<E>
}

/**
 * Compares a ledger and a readback, both sorted by key with one entry per key, in constant memory. Where records are lost out of
 * the middle, a second pass finds the recovery point.
 */
export function* compareSorted(
  ledger: Reopenable<LedgerEntry>,
  readback: Reopenable<ReadbackEntry>,
  compare: CompareAcknowledgements,
): Task<Comparison> {
  const tally = new Tally(compare)
  yield* joined(ledger.open(), readback.open(), (written, read) => tally.add(written, read))
  const { recoveryPointKnown, ...comparison } = tally.result()
  const missing = comparison.oldestMissing
  if (recoveryPointKnown || missing === null) return comparison
  let newest: number | null = null
  yield* joined(ledger.open(), readback.open(), (written, read) => {
    const ack = written?.acknowledged ?? null
    if (ack === null || read === null || ack.at >= missing.at || (newest !== null && ack.at <= newest)) return
    if (read.digests.every((digest) => digest === ack.digest)) newest = ack.at
  })
  return { ...comparison, recoveryPointAt: newest }
}

/** Meets every key of either stream once, in order. */
function* joined(
  ledger: Pull<LedgerEntry>,
  readback: Pull<ReadbackEntry>,
  visit: (written: LedgerEntry | null, read: ReadbackEntry | null) => void,
): Task<void> {
  let written = yield* pull(ledger)
  let read = yield* pull(readback)
  while (written !== undefined || read !== undefined) {
    const order = orderOf(written, read)
    visit(order <= 0 ? (written ?? null) : null, order >= 0 ? (read ?? null) : null)
    // The generator is asked only where the stream has nothing ready: this loop runs once per record.
    if (order <= 0) written = ledger.next() ?? (yield* pull(ledger))
    if (order >= 0) read = readback.next() ?? (yield* pull(readback))
  }
}

function orderOf(written: LedgerEntry | undefined, read: ReadbackEntry | undefined): number {
  if (written === undefined) return 1
  return read === undefined ? -1 : compareUtf8(written.key, read.key)
}
