import { acknowledgementOrder } from './compare-files.ts'
import type { Comparison } from './comparison.ts'
import type { IndexedLedger } from './indexed-ledger.ts'
import { ReadbackByPlace, type ReadbackPage } from './readback-by-place.ts'
import type { ReadbackEntry } from './readback-entry.ts'
import { Tally } from './tally.ts'

/**
 * Compares the first `lineCount` lines of a ledger with pages of a readback, less the keys in `excluded`: the same as `compareFiles` of
 * the two files.
 * @throws OperatingError `input-invalid` when the ledger contradicts itself
 */
export function compareIndexed(
  ledger: IndexedLedger,
  lineCount: number,
  pages: readonly ReadbackPage[],
  excluded: ReadonlySet<string>,
): Comparison {
  const readback = new ReadbackByPlace(ledger, pages, excluded)
  const tally = new Tally(acknowledgementOrder(ledger.header, undefined))
  const recovered = new Recovered(ledger, lineCount, tally)
  let extra = 0
  for (let index = 0; index < ledger.keyCount; index += 1) {
    if (readback.isWhole(index) && recovered.takes(index)) continue
    while (extra < readback.unknown.length && readback.unknownIsBefore(extra, index)) {
      tally.add(null, readback.unknown[extra] as ReadbackEntry)
      extra += 1
    }
    const written = ledger.entryAt(index, lineCount)
    const read = readback.at(index)
    if (written !== null || read !== null) tally.add(written, read)
  }
  for (; extra < readback.unknown.length; extra += 1) {
    tally.add(null, readback.unknown[extra] as ReadbackEntry)
  }
  recovered.tell()
  const { recoveryPointKnown, ...comparison } = tally.result()
  const missing = comparison.oldestMissing
  if (recoveryPointKnown || missing === null) return comparison
  return { ...comparison, recoveryPointAt: newestBefore(missing.at, ledger, lineCount, readback) }
}

/** The newest acknowledgement before an instant of a record that came back as it was acknowledged. */
function newestBefore(
  at: number,
  ledger: IndexedLedger,
  lineCount: number,
  readback: ReadbackByPlace,
): number | null {
  let newest: number | null = null
  for (let index = 0; index < ledger.keyCount; index += 1) {
    const ack = ledger.entryAt(index, lineCount)?.acknowledged ?? null
    const read = readback.at(index)
    if (ack === null || read === null || ack.at >= at || (newest !== null && ack.at <= newest)) continue
    if (read.digests.every((digest) => digest === ack.digest)) newest = ack.at
  }
  return newest
}

/** Keys that came back as they were acknowledged, which are most: counted without being looked at one by one. */
class Recovered {
  readonly #ledger: IndexedLedger
  readonly #lineCount: number
  readonly #tally: Tally
  readonly #isByLine: boolean
  #count = 0
  #newestAt = 0
  #lastLine = -1
  #lastIndex = -1

  constructor(ledger: IndexedLedger, lineCount: number, tally: Tally) {
    this.#ledger = ledger
    this.#lineCount = lineCount
    this.#tally = tally
    this.#isByLine = ledger.header.order === 'position'
  }

  /** Counts a key that came back whole; false when it has to be looked at after all. */
  takes(index: number): boolean {
    if (!this.#isByLine) return false
    const line = this.#ledger.settledLine(index, this.#lineCount)
    if (line < 0) return false
    const at = this.#ledger.settledAt(index)
    this.#count += 1
    if (at > this.#newestAt || this.#count === 1) this.#newestAt = at
    if (line > this.#lastLine) {
      this.#lastLine = line
      this.#lastIndex = index
    }
    return true
  }

  tell(): void {
    if (this.#count === 0) return
    const last = this.#ledger.entryAt(this.#lastIndex, this.#lineCount)
    if (last !== null) this.#tally.addRecovered(this.#count, this.#newestAt, last)
  }
}
