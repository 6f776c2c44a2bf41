import { compareUtf8 } from '../text/utf8.ts'
import type { LedgerHeader, LedgerLine } from './ledger.ts'
import { combineEntries, entryOfLine, type LedgerEntry } from './ledger-entry.ts'

/** Lines of a file are counted from 1, and the first is the header. */
const FIRST_LINE = 2

/** What a ledger says about one key, and between which of its lines. */
interface IndexedKey {
  readonly key: string
  readonly lines: readonly number[]
  /** What all lines say together; null when they contradict each other. */
  readonly whole: LedgerEntry | null
}

/**
 * A ledger held in memory, in key order, once for every history that has a beginning in common: `entriesUpTo` is the ledger as it stood
 * after any number of its lines. For many short comparisons; `compareFiles` compares in constant memory.
 */
export class IndexedLedger {
  readonly header: LedgerHeader
  readonly #lines: readonly LedgerLine[]
  readonly #keys: readonly IndexedKey[]
  readonly #indexOf: ReadonlyMap<string, number>
  /** By key: its first and its last line, and of its acknowledgement line and history time; -1 where it has none or contradicts itself. */
  readonly #firstLines: Int32Array
  readonly #lastLines: Int32Array
  readonly #acknowledgedLines: Int32Array
  readonly #acknowledgedAt: Float64Array

  constructor(header: LedgerHeader, lines: readonly LedgerLine[]) {
    this.header = header
    this.#lines = lines
    this.#keys = keysOf(lines)
    this.#indexOf = new Map(this.#keys.map(({ key }, index) => [key, index]))
    this.#firstLines = Int32Array.from(this.#keys, (known) => known.lines[0] as number)
    this.#lastLines = Int32Array.from(this.#keys, (known) => known.lines.at(-1) as number)
    this.#acknowledgedLines = Int32Array.from(this.#keys, ({ whole }) => whole?.acknowledged?.line ?? -1)
    this.#acknowledgedAt = Float64Array.from(this.#keys, ({ whole }) => whole?.acknowledged?.at ?? -1)
  }

  /** Lines, the header not counted. */
  get length(): number {
    return this.#lines.length
  }

  /** Keys that any line names. */
  get keyCount(): number {
    return this.#keys.length
  }

  /** The place of a key in key order; undefined for one that no line names. */
  indexOf(key: string): number | undefined {
    return this.#indexOf.get(key)
  }

  keyAt(index: number): string {
    return (this.#keys[index] as IndexedKey).key
  }

  /** The digest that a key was acknowledged with in the whole ledger; null when it was not. */
  acknowledgedDigest(index: number): string | null {
    return (this.#keys[index] as IndexedKey).whole?.acknowledged?.digest ?? null
  }

  /** The line of the acknowledgement of a key of which the first `lineCount` lines say all; -1 for others. */
  settledLine(index: number, lineCount: number): number {
    return (this.#lastLines[index] as number) < lineCount ? (this.#acknowledgedLines[index] as number) : -1
  }

  /** History time of that acknowledgement, ms. */
  settledAt(index: number): number {
    return this.#acknowledgedAt[index] as number
  }

  /**
   * What the first `lineCount` lines say about a key; null when they do not name it.
   * @throws OperatingError `input-invalid` when they acknowledge it with two contents
   */
  entryAt(index: number, lineCount: number): LedgerEntry | null {
    if ((this.#firstLines[index] as number) >= lineCount) return null
    const { lines, whole } = this.#keys[index] as IndexedKey
    if (whole !== null && (this.#lastLines[index] as number) < lineCount) return whole
    return this.#combined(lines.filter((line) => line < lineCount))
  }

  #combined(lines: readonly number[]): LedgerEntry {
    return lines.map((line) => entryOf(this.#lines, line)).reduce(combineEntries)
  }
}

function keysOf(lines: readonly LedgerLine[]): readonly IndexedKey[] {
  const linesOf = new Map<string, number[]>()
  lines.forEach(({ key }, line) => {
    const known = linesOf.get(key)
    if (known === undefined) linesOf.set(key, [line])
    else known.push(line)
  })
  return [...linesOf]
    .map(([key, own]) => ({ key, lines: own, whole: wholeOf(lines, own) }))
    .sort((a, b) => compareUtf8(a.key, b.key))
}

function wholeOf(lines: readonly LedgerLine[], own: readonly number[]): LedgerEntry | null {
  try {
    return own.map((line) => entryOf(lines, line)).reduce(combineEntries)
  } catch {
    // Told when lines that contradict each other are asked for.
    return null
  }
}

function entryOf(lines: readonly LedgerLine[], line: number): LedgerEntry {
  return entryOfLine({ value: lines[line] as LedgerLine, number: line + FIRST_LINE })
}
