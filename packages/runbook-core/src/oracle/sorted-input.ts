import type { Task } from '../effects/index.ts'
import { compareUtf8 } from '../text/utf8.ts'
import { type EntryCodec, externalSort, type Sorted, type SortSpace } from './external-sort.ts'
import { type JsonLinesReader, lineError, type Numbered } from './json-lines.ts'
import { openLedger } from './ledger.ts'
import {
  combineEntries,
  decodeEntry,
  encodeEntry,
  entryBytes,
  entryOfLine,
  type LedgerEntry,
} from './ledger-entry.ts'
import { MergedPull } from './merge.ts'
import { type Pull, pull } from './pull.ts'
import { openReadback } from './readback.ts'
import {
  combineReadback,
  decodeReadback,
  encodeReadback,
  entryOfRecord,
  type ReadbackEntry,
  readbackBytes,
} from './readback-entry.ts'

/** A file of the oracle in key order, with its header. */
export interface SortedInput<H, E> {
  readonly header: H
  /** False when the file shows that it is cut short. */
  readonly complete: boolean
  readonly sorted: Sorted<E>
}

const ledgerCodec: EntryCodec<LedgerEntry> = {
  combine: combineEntries,
  sizeBytes: entryBytes,
  encode: encodeEntry,
  decode: decodeEntry,
}

const readbackCodec: EntryCodec<ReadbackEntry> = {
  combine: combineReadback,
  sizeBytes: readbackBytes,
  encode: encodeReadback,
  decode: decodeReadback,
}

/** A ledger as entries in key order. */
export function* sortedLedger(path: string, space: SortSpace) {
  return yield* sortedInput(() => openLedger(path), entryOfLine, ledgerCodec, space)
}

/** A readback as entries in key order. */
export function* sortedReadback(path: string, space: SortSpace) {
  return yield* sortedInput(
    () => openReadback(path),
    (line) => entryOfRecord(line.value),
    readbackCodec,
    space,
  )
}

function* sortedInput<
  H extends { readonly order: string },
  T extends { readonly key: string },
  E extends { readonly key: string },
>(
  open: () => Task<JsonLinesReader<H, T>>,
  entryOf: (line: Numbered<T>) => E,
  codec: EntryCodec<E>,
  space: SortSpace,
): Task<SortedInput<H, E>> {
  const reader = yield* open()
  const { header } = reader
  if (header.order !== 'key') {
    const sorted = yield* externalSort(mapped(reader, entryOf), codec, space)
    return { header, complete: reader.complete, sorted }
  }
  // Already in order: one pass proves that and that every line can be read, later passes read the file again.
  const check = inKeyOrder(reader, entryOf)
  while ((yield* pull(check)) !== undefined);
  const reopened = {
    open: () => new MergedPull([deferred(open, entryOf)], codec.combine),
    *dispose() {},
  }
  return { header, complete: reader.complete, sorted: reopened }
}

function mapped<T, E>(source: Pull<T>, map: (item: T) => E): Pull<E> {
  return {
    next() {
      const item = source.next()
      return item === undefined ? undefined : map(item)
    },
    more: () => source.more(),
  }
}

/** Entries of a file that says it is in key order. @throws OperatingError `input-invalid` at the first line that is not */
function inKeyOrder<H, T extends { readonly key: string }, E>(
  reader: JsonLinesReader<H, T>,
  entryOf: (line: Numbered<T>) => E,
): Pull<E> {
  let previous = ''
  return mapped(reader, (line) => {
    if (compareUtf8(previous, line.value.key) > 0) {
      throw lineError(reader.path, line.number, 'is not in key order, which the header says the file is in')
    }
    previous = line.value.key
    return entryOf(line)
  })
}

/** A file opened when its first entry is wanted; checked again, for it may have changed since. */
function deferred<H, T extends { readonly key: string }, E>(
  open: () => Task<JsonLinesReader<H, T>>,
  entryOf: (line: Numbered<T>) => E,
): Pull<E> {
  let entries: Pull<E> | null = null
  return {
    next: () => entries?.next(),
    *more() {
      entries ??= inKeyOrder(yield* open(), entryOf)
      return yield* entries.more()
    },
  }
}
