import type { ReadbackRecord } from '../formats/index.ts'
import { compareUtf8 } from '../text/utf8.ts'
import { acknowledgementOrder } from './compare-files.ts'
import type { Comparison } from './comparison.ts'
import type { IndexedLedger } from './indexed-ledger.ts'
import { combineReadback, entryOfRecord, type ReadbackEntry } from './readback-entry.ts'
import { Tally } from './tally.ts'

/** Records as they were read back together. An array that was compared with the same ledger before costs next to nothing. */
export type ReadbackPage = readonly ReadbackRecord[]

/** A page against a ledger. */
interface PlacedPage {
  readonly entries: readonly ReadbackEntry[]
  /** Where each stands in the ledger; -1: nowhere. */
  readonly places: Int32Array
  /** 1 where the digest is the one that the whole ledger acknowledges. */
  readonly whole: Uint8Array
}

const placedPages = new WeakMap<IndexedLedger, WeakMap<ReadbackPage, PlacedPage>>()

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

/** A readback by the ledger's key order. */
class ReadbackByPlace {
  /** Keys that the ledger does not name, in key order. */
  readonly unknown: readonly ReadbackEntry[]
  readonly #ledger: IndexedLedger
  readonly #entries: (ReadbackEntry | undefined)[]
  /** By place: 1 when one copy came, with the digest that the whole ledger acknowledges. */
  readonly #whole: Uint8Array

  constructor(ledger: IndexedLedger, pages: readonly ReadbackPage[], excluded: ReadonlySet<string>) {
    this.#ledger = ledger
    this.#entries = new Array<ReadbackEntry | undefined>(ledger.keyCount)
    this.#whole = new Uint8Array(ledger.keyCount)
    const unknown = new Map<string, ReadbackEntry>()
    const excludedPlaces = new Set([...excluded].flatMap((key) => ledger.indexOf(key) ?? []))
    for (const page of pages) {
      const { entries, places, whole } = placed(ledger, page)
      for (let order = 0; order < entries.length; order += 1) {
        const entry = entries[order] as ReadbackEntry
        const place = places[order] as number
        if (place < 0) {
          if (!excluded.has(entry.key)) unknown.set(entry.key, joined(unknown.get(entry.key), entry))
        } else if (excludedPlaces.size === 0 || !excludedPlaces.has(place)) {
          const known = this.#entries[place]
          this.#entries[place] = joined(known, entry)
          this.#whole[place] = known === undefined ? (whole[order] as number) : 0
        }
      }
    }
    this.unknown = [...unknown.values()].sort((a, b) => compareUtf8(a.key, b.key))
  }

  isWhole(index: number): boolean {
    return this.#whole[index] === 1
  }

  at(index: number): ReadbackEntry | null {
    return this.#entries[index] ?? null
  }

  unknownIsBefore(order: number, index: number): boolean {
    const entry = this.unknown[order] as ReadbackEntry
    return compareUtf8(entry.key, this.#ledger.keyAt(index)) < 0
  }
}

function joined(known: ReadbackEntry | undefined, entry: ReadbackEntry): ReadbackEntry {
  return known === undefined ? entry : combineReadback(known, entry)
}

function placed(ledger: IndexedLedger, page: ReadbackPage): PlacedPage {
  let pages = placedPages.get(ledger)
  if (pages === undefined) {
    pages = new WeakMap()
    placedPages.set(ledger, pages)
  }
  let known = pages.get(page)
  if (known === undefined) {
    const places = Int32Array.from(page, ({ key }) => ledger.indexOf(key) ?? -1)
    const whole = Uint8Array.from(page, ({ digest }, order) => {
      const place = places[order] as number
      return place >= 0 && ledger.acknowledgedDigest(place) === digest ? 1 : 0
    })
    known = { entries: page.map(entryOfRecord), places, whole }
    pages.set(page, known)
  }
  return known
}
