import type { Checksums } from '../checksums/index.ts'
import { encodeEntry, JOURNAL_HEADER, lineDigest } from './entry.ts'
import type { TimedEvent } from './memory-journal.ts'

/** The lines (without newlines) of the journal that a run kept in memory would have written: header, then an entry per event. */
export function* sealJournal(
  events: Iterable<TimedEvent>,
  checksums: Checksums,
): Generator<string, void, void> {
  yield JOURNAL_HEADER
  let previous = lineDigest(JOURNAL_HEADER, checksums)
  let seq = 0
  for (const { at, event } of events) {
    seq += 1
    const line = encodeEntry({ seq, at, durable: 0, previous, event }, checksums)
    previous = lineDigest(line, checksums)
    yield line
  }
}
