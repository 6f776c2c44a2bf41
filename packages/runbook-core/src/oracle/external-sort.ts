import type { Task } from '../effects/index.ts'
import { FileSystem } from '../ports/index.ts'
import { compareUtf8 } from '../text/utf8.ts'
import { LineReader } from './line-reader.ts'
import { LineWriter } from './line-writer.ts'
import { MergedPull } from './merge.ts'
import { arrayPull, type Pull } from './pull.ts'

/** How entries of a kind are combined, measured and written down. */
export interface EntryCodec<E> {
  combine(a: E, b: E): E
  /** Rough memory, bytes. */
  sizeBytes(entry: E): number
  encode(entry: E): string
  decode(text: string): E
}

/** Where and within what bounds to sort. */
export interface SortSpace {
  /** A directory of this judging alone; files in it may be replaced. */
  readonly workPath: string
  /** Names the files: `ledger` gives `ledger-0.run`. */
  readonly name: string
  /** Entries held in memory at once, in estimated bytes. */
  readonly memoryBytes: number
  /** Runs merged at once: each costs one read buffer. */
  readonly fanIn: number
}

/** A stream sorted by key, one entry per key; it may be read more than once. */
export interface Sorted<E> {
  open(): Pull<E>
  /** Removes its files. */
  dispose(): Task<void>
}

const RUN_LINE_BYTES_MAX = 1_048_576
const RUN_CHUNK_BYTES = 32_768

/**
 * Sorts a stream by the UTF-8 bytes of its keys in bounded memory: sorted runs on disk, then merges of at most `fanIn` runs. What
 * fits into memory touches no disk. Entries of one key are combined as soon as they meet.
 */
export function* externalSort<E extends { readonly key: string }>(
  source: Pull<E>,
  codec: EntryCodec<E>,
  space: SortSpace,
): Task<Sorted<E>> {
  const runs = new Runs(codec, space)
  try {
    let batch = new Map<string, E>()
    let sizeBytes = 0
    for (;;) {
      const entry = source.next()
      if (entry === undefined) {
        if (yield* source.more()) continue
        break
      }
      const known = batch.get(entry.key)
      batch.set(entry.key, known === undefined ? entry : codec.combine(known, entry))
      sizeBytes += known === undefined ? codec.sizeBytes(entry) : 0
      if (sizeBytes < space.memoryBytes) continue
      yield* runs.write(sortedEntries(batch))
      batch = new Map()
      sizeBytes = 0
    }
    if (runs.count === 0) return inMemory(sortedEntries(batch))
    if (batch.size > 0) yield* runs.write(sortedEntries(batch))
    yield* runs.reduce()
    return runs
  } catch (error) {
    yield* runs.dispose()
    throw error
  }
}

/** From here on UTF-16 order and UTF-8 order may differ. */
const HIGH = /[\ud800-\uffff]/

function sortedEntries<E extends { readonly key: string }>(batch: ReadonlyMap<string, E>): E[] {
  const keys = [...batch.keys()]
  // The engine's own order of strings costs a fraction of a comparison in code.
  if (keys.some((key) => HIGH.test(key))) keys.sort(compareUtf8)
  else keys.sort()
  return keys.map((key) => batch.get(key)!)
}

function inMemory<E>(entries: readonly E[]): Sorted<E> {
  return {
    open: () => arrayPull(entries),
    *dispose() {},
  }
}

/** Sorted runs on disk. */
class Runs<E extends { readonly key: string }> implements Sorted<E> {
  readonly #codec: EntryCodec<E>
  readonly #space: SortSpace
  #paths: string[] = []
  #made = 0

  constructor(codec: EntryCodec<E>, space: SortSpace) {
    this.#codec = codec
    this.#space = space
  }

  get count(): number {
    return this.#paths.length
  }

  open(): Pull<E> {
    return this.#merged(this.#paths)
  }

  *write(entries: readonly E[]): Task<void> {
    yield* this.#writeRun(arrayPull(entries))
  }

  /** Merges until one merge can read all that is left. */
  *reduce(): Task<void> {
    while (this.#paths.length > this.#space.fanIn) {
      const group = this.#paths.slice(0, this.#space.fanIn)
      yield* this.#writeRun(this.#merged(group))
      this.#paths = this.#paths.slice(group.length)
      for (const path of group) yield* FileSystem.remove({ path })
    }
  }

  *dispose(): Task<void> {
    for (const path of this.#paths) yield* FileSystem.remove({ path })
    this.#paths = []
  }

  *#writeRun(entries: Pull<E>): Task<void> {
    const writer = new LineWriter(`${this.#space.workPath}/${this.#space.name}-${this.#made}.run`)
    this.#made += 1
    this.#paths.push(writer.path)
    yield* writer.open()
    for (;;) {
      const entry = entries.next()
      if (entry === undefined) {
        if (yield* entries.more()) continue
        break
      }
      if (writer.add(this.#codec.encode(entry))) yield* writer.flush()
    }
    yield* writer.flush()
  }

  #merged(paths: readonly string[]): Pull<E> {
    const sources = paths.map((path) => decoded(path, this.#codec))
    return new MergedPull(sources, (a, b) => this.#codec.combine(a, b))
  }
}

function decoded<E>(path: string, codec: EntryCodec<E>): Pull<E> {
  const lines = new LineReader(path, { lineBytesMax: RUN_LINE_BYTES_MAX, chunkBytes: RUN_CHUNK_BYTES })
  return {
    next() {
      const line = lines.next()
      return line === undefined ? undefined : codec.decode(line.text)
    },
    more: () => lines.more(),
  }
}
