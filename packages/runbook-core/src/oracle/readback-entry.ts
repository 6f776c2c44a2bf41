import type { ReadbackRecord } from '../formats/index.ts'
import { DIGESTS_PER_KEY_MAX } from './ledger-entry.ts'
import { decodeFields, encodeFields } from './run-line.ts'

/** Everything a readback says about one key. */
export interface ReadbackEntry {
  readonly key: string
  /** How often the record came. */
  readonly count: number
  /**
   * Distinct digests it came with, sorted; at most one more than a ledger can allow, which is enough to see that one of them
   * is not allowed.
   */
  readonly digests: readonly string[]
}

/** The entry of one record. */
export function entryOfRecord(record: ReadbackRecord): ReadbackEntry {
  return { key: record.key, count: 1, digests: [record.digest] }
}

/** What two entries of one key say together; associative and commutative. */
export function combineReadback(a: ReadbackEntry, b: ReadbackEntry): ReadbackEntry {
  const digests = [...new Set([...a.digests, ...b.digests])].sort().slice(0, DIGESTS_PER_KEY_MAX + 1)
  return { key: a.key, count: a.count + b.count, digests }
}

/** The entry as one line of a sorted run: key, count, digests. */
export function encodeReadback(entry: ReadbackEntry): string {
  return encodeFields([entry.key, String(entry.count), ...entry.digests])
}

/** Reads a line that `encodeReadback` wrote. */
export function decodeReadback(text: string): ReadbackEntry {
  const [key = '', count, ...digests] = decodeFields(text)
  return { key, count: Number(count), digests }
}

/** Rough memory of an entry in bytes. */
export function readbackBytes(entry: ReadbackEntry): number {
  let units = entry.key.length
  for (const digest of entry.digests) units += digest.length
  return 200 + 2 * units
}
