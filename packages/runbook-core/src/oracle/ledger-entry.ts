import { OperatingError } from '../errors/index.ts'
import type { Numbered } from './json-lines.ts'
import type { LedgerLine } from './ledger.ts'
import { decodeFields, encodeFields } from './run-line.ts'

/** The first acknowledgement of a record. */
export interface Acknowledgement {
  readonly digest: string
  readonly position: string
  /** History time, ms. */
  readonly at: number
  /** Line of the ledger; orders acknowledgements in a ledger that is in position order. */
  readonly line: number
}

/** Everything a ledger says about one key. Entries of the same key combine in any order and grouping to the same entry. */
export interface LedgerEntry {
  readonly key: string
  readonly submitted: number
  readonly failed: number
  /** Distinct digests submitted, sorted. */
  readonly digests: readonly string[]
  readonly acknowledged: Acknowledgement | null
}

/** Different contents that one key may have been submitted with: a bound on memory against hostile ledgers. */
export const DIGESTS_PER_KEY_MAX = 64

/** The entry of one line. */
export function entryOfLine({ value, number }: Numbered<LedgerLine>): LedgerEntry {
  const { key } = value
  if (value.op === 'failed') return { key, submitted: 0, failed: 1, digests: [], acknowledged: null }
  if (value.op === 'submitted') {
    return { key, submitted: 1, failed: 0, digests: [value.digest], acknowledged: null }
  }
  const { digest, position, at } = value
  return { key, submitted: 0, failed: 0, digests: [], acknowledged: { digest, position, at, line: number } }
}

/**
 * What two entries of one key say together.
 * @throws OperatingError `input-invalid` when a key was acknowledged with two contents, `input-too-large` beyond the bound on digests
 */
export function combineEntries(a: LedgerEntry, b: LedgerEntry): LedgerEntry {
  const digests = union(a.digests, b.digests)
  if (digests.length > DIGESTS_PER_KEY_MAX) {
    throw new OperatingError(
      'input-too-large',
      `one key was submitted with more than ${DIGESTS_PER_KEY_MAX} different contents`,
      { subject: a.key },
    )
  }
  return {
    key: a.key,
    submitted: a.submitted + b.submitted,
    failed: a.failed + b.failed,
    digests,
    acknowledged: earlier(a.acknowledged, b.acknowledged, a.key),
  }
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  if (b.length === 0) return a
  if (a.length === 0) return b
  if (a.length === 1 && b.length === 1 && a[0] === b[0]) return a
  return [...new Set([...a, ...b])].sort()
}

function earlier(a: Acknowledgement | null, b: Acknowledgement | null, key: string): Acknowledgement | null {
  if (a === null || b === null) return a ?? b
  const [first, second] = a.line <= b.line ? [a, b] : [b, a]
  if (first.digest === second.digest) return first
  throw new OperatingError(
    'input-invalid',
    `lines ${first.line} and ${second.line} acknowledge one key with two contents: the ledger contradicts itself`,
    { subject: key },
  )
}

/** The entry as one line of a sorted run: key, counts, acknowledgement (four empty fields without one), digests. */
export function encodeEntry(entry: LedgerEntry): string {
  const { key, submitted, failed, digests, acknowledged: ack } = entry
  const fields =
    ack === null
      ? [key, String(submitted), String(failed), '', '', '', '']
      : [key, String(submitted), String(failed), String(ack.line), String(ack.at), ack.position, ack.digest]
  return encodeFields(digests.length === 0 ? fields : [...fields, ...digests])
}

/** Reads a line that `encodeEntry` wrote. */
export function decodeEntry(text: string): LedgerEntry {
  const fields = decodeFields(text)
  const [key = '', submitted, failed, line = '', at, position = '', digest = ''] = fields
  return {
    key,
    submitted: Number(submitted),
    failed: Number(failed),
    digests: fields.slice(7),
    acknowledged: line === '' ? null : { digest, position, at: Number(at), line: Number(line) },
  }
}

/** Rough memory of an entry in bytes: two per UTF-16 unit and what the objects take. */
export function entryBytes(entry: LedgerEntry): number {
  let units = entry.key.length
  for (const digest of entry.digests) units += digest.length
  const ack = entry.acknowledged
  if (ack !== null) units += ack.digest.length + ack.position.length
  return 320 + 2 * units
}
