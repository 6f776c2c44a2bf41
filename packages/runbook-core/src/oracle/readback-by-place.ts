import { beginningOf } from '../checksums/index.ts'
import type { ReadbackRecord } from '../formats/index.ts'
import { compareUtf8 } from '../text/utf8.ts'
import type { IndexedLedger } from './indexed-ledger.ts'
import { combineReadback, entryOfRecord, type ReadbackEntry } from './readback-entry.ts'

/** Records as they were read back together. An array that was placed in the same ledger before costs next to nothing. */
export type ReadbackPage = readonly ReadbackRecord[]

/** A page against a ledger. */
interface PlacedPage {
  readonly page: ReadbackPage
  /** Where each record stands in the ledger; -1: nowhere. */
  readonly places: Int32Array
  /** 1 where the digest is the one that the whole ledger acknowledges. */
  readonly whole: Uint8Array
}

/** What is known of pages, and where a readback is laid out by place. */
interface Desk {
  readonly pages: WeakMap<ReadbackPage, PlacedPage>
  /** By place: which record of the readback stands there, counted from 1; 0: none. */
  readonly orders: Int32Array
  /** By place: 1 when one copy came, with the digest that the whole ledger acknowledges. */
  readonly whole: Uint8Array
}

const desks = new WeakMap<IndexedLedger, Desk>()

/** A readback by the ledger's key order. Until the next one of the same ledger is made: they are laid out on the same desk. */
export class ReadbackByPlace {
  /** Keys that the ledger does not name, in key order. */
  readonly unknown: readonly ReadbackEntry[]
  readonly #ledger: IndexedLedger
  readonly #pages: readonly ReadbackPage[]
  readonly #desk: Desk
  /** Entries of places at which more than one record stands. */
  readonly #joined = new Map<number, ReadbackEntry>()

  constructor(ledger: IndexedLedger, pages: readonly ReadbackPage[], excluded: ReadonlySet<string>) {
    this.#ledger = ledger
    this.#pages = pages
    this.#desk = clearedDesk(ledger)
    const unknown = new Map<string, ReadbackEntry>()
    const excludedPlaces = new Set([...excluded].flatMap((key) => ledger.indexOf(key) ?? []))
    let before = 0
    for (const page of pages) {
      const placed = placedOn(this.#desk, ledger, page)
      for (const record of this.#layOut(placed, before, excludedPlaces)) {
        if (excluded.has(record.key)) continue
        const [known, entry] = [unknown.get(record.key), entryOfRecord(record)]
        unknown.set(record.key, known === undefined ? entry : combineReadback(known, entry))
      }
      before += page.length
    }
    this.unknown = [...unknown.values()].sort((a, b) => compareUtf8(a.key, b.key))
  }

  /** Puts the records of a page at their places; gives those that have none. */
  #layOut(
    { page, places, whole }: PlacedPage,
    before: number,
    excluded: ReadonlySet<number>,
  ): readonly ReadbackRecord[] {
    const { orders, whole: wholeByPlace } = this.#desk
    const unplaced: ReadbackRecord[] = []
    for (let order = 0; order < places.length; order += 1) {
      const place = places[order] as number
      if (place < 0) unplaced.push(page[order] as ReadbackRecord)
      else if (excluded.size > 0 && excluded.has(place)) continue
      else if (orders[place] === 0) {
        orders[place] = before + order + 1
        wholeByPlace[place] = whole[order] as number
      } else {
        const known = this.at(place) as ReadbackEntry
        this.#joined.set(place, combineReadback(known, entryOfRecord(page[order] as ReadbackRecord)))
        wholeByPlace[place] = 0
      }
    }
    return unplaced
  }

  isWhole(index: number): boolean {
    return this.#desk.whole[index] === 1
  }

  at(index: number): ReadbackEntry | null {
    let order = (this.#desk.orders[index] as number) - 1
    if (order < 0) return null
    const joined = this.#joined.get(index)
    if (joined !== undefined) return joined
    for (const page of this.#pages) {
      if (order < page.length) return entryOfRecord(page[order] as ReadbackRecord)
      order -= page.length
    }
    return null
  }

  unknownIsBefore(order: number, index: number): boolean {
    const entry = this.unknown[order] as ReadbackEntry
    return compareUtf8(entry.key, this.#ledger.keyAt(index)) < 0
  }
}

function clearedDesk(ledger: IndexedLedger): Desk {
  let desk = desks.get(ledger)
  if (desk === undefined) {
    const { keyCount } = ledger
    desk = { pages: new WeakMap(), orders: new Int32Array(keyCount), whole: new Uint8Array(keyCount) }
    desks.set(ledger, desk)
  }
  desk.orders.fill(0)
  desk.whole.fill(0)
  return desk
}

function placedOn(desk: Desk, ledger: IndexedLedger, page: ReadbackPage): PlacedPage {
  const known = desk.pages.get(page)
  if (known !== undefined) return known
  const [places, whole] = [new Int32Array(page.length), new Uint8Array(page.length)]
  const beginning = beginningOf(page)
  if (beginning !== null) {
    const placed = placedOn(desk, ledger, beginning)
    places.set(placed.places)
    whole.set(placed.whole)
  }
  for (let order = beginning?.length ?? 0; order < page.length; order += 1) {
    const { key, digest } = page[order] as ReadbackRecord
    const place = ledger.indexOf(key) ?? -1
    places[order] = place
    whole[order] = place >= 0 && ledger.acknowledgedDigest(place) === digest ? 1 : 0
  }
  const placed = { page, places, whole }
  desk.pages.set(page, placed)
  return placed
}
