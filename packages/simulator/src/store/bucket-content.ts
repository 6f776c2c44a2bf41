import { compareUtf8, type ObjectListing } from '@dr-drill/runbook-core'
import { placeOfKey } from './key-order.ts'
import type { MemoryVersion } from './memory-version.ts'

/** Versions of one key, newest first. */
export type KeyHistory = readonly MemoryVersion[]

/** What a bucket holds between two changes. */
export class Present {
  /** The newest version of every key that has one and is not deleted, by the UTF-8 bytes of the keys. */
  readonly versions: readonly MemoryVersion[]
  readonly #pages = new Map<string, ObjectListing>()

  constructor(versions: readonly MemoryVersion[]) {
    this.versions = versions
  }

  /** The page of a listing, made when it is first asked for: drills ask for the same ones. `query` tells it from all others. */
  page(query: string, make: () => ObjectListing): ObjectListing {
    const known = this.#pages.get(query)
    if (known !== undefined) return known
    const made = make()
    this.#pages.set(query, made)
    return made
  }
}

const NO_VERSIONS: KeyHistory = []
/** Changes kept beside the shared histories before they are merged with them. */
const CHANGES_MAX = 256

/**
 * Everything that was ever written to a bucket, by key. A fork costs next to nothing: it shares keys and histories until either side
 * changes something.
 */
export class BucketContent {
  #keys: string[]
  #ownsKeys: boolean
  #shared: ReadonlyMap<string, KeyHistory>
  #changed: Map<string, KeyHistory>
  #writes: number
  /** What `present` gives, until something changes; forks share it until then. */
  #present: Present | null = null

  private constructor(
    keys: string[],
    shared: ReadonlyMap<string, KeyHistory>,
    changed: Map<string, KeyHistory>,
    writes: number,
  ) {
    this.#keys = keys
    this.#ownsKeys = false
    this.#shared = shared
    this.#changed = changed
    this.#writes = writes
  }

  static empty(): BucketContent {
    return new BucketContent([], new Map(), new Map(), 0)
  }

  /** Content over sorted keys and their histories, both never changed again. `writes`: how many there were so far. */
  static over(keys: string[], histories: ReadonlyMap<string, KeyHistory>, writes: number): BucketContent {
    return new BucketContent(keys, histories, new Map(), writes)
  }

  /** Keys that have a version of any kind, by UTF-8 bytes. */
  get keys(): readonly string[] {
    return this.#keys
  }

  /** Writes so far, deletions included: makes version ids that differ. */
  get writes(): number {
    return this.#writes
  }

  /** All versions of a key, newest first, delete markers and what was overwritten included. */
  history(key: string): KeyHistory {
    if (this.#changed.size > 0) {
      const changed = this.#changed.get(key)
      if (changed !== undefined) return changed
    }
    return this.#shared.get(key) ?? NO_VERSIONS
  }

  /** What there is now. */
  get present(): Present {
    this.#present ??= new Present(this.#newest())
    return this.#present
  }

  #newest(): readonly MemoryVersion[] {
    const newest: MemoryVersion[] = []
    for (const key of this.#keys) {
      const version = this.history(key)[0]
      if (version !== undefined && !version.isDeleteMarker) newest.push(version)
    }
    return newest
  }

  /** Adds a version in front of the others. */
  add(version: MemoryVersion): void {
    this.#writes += 1
    this.replace(version.key, [version, ...this.history(version.key)])
  }

  /** Gives a key another history; an empty one removes the key. */
  replace(key: string, history: KeyHistory): void {
    this.#present = null
    const isKnown = this.history(key).length > 0
    if (isKnown !== history.length > 0) this.#changeKeys(key, history.length > 0)
    this.#changed.set(key, history)
  }

  #changeKeys(key: string, isThere: boolean): void {
    if (!this.#ownsKeys) {
      this.#keys = [...this.#keys]
      this.#ownsKeys = true
    }
    const last = this.#keys.at(-1)
    if (isThere && (last === undefined || compareUtf8(last, key) < 0)) {
      // Most writers go up through their keys.
      this.#keys.push(key)
      return
    }
    const at = placeOfKey(this.#keys, key)
    if (isThere) this.#keys.splice(at, 0, key)
    else this.#keys.splice(at, 1)
  }

  /** An independent bucket with the same content. */
  fork(): BucketContent {
    this.#ownsKeys = false
    if (this.#changed.size > CHANGES_MAX) {
      this.#shared = new Map([...this.#shared, ...this.#changed])
      this.#changed = new Map()
    }
    const fork = new BucketContent(this.#keys, this.#shared, new Map(this.#changed), this.#writes)
    // Forks of what many drills share list it again and again.
    fork.#present = this.present
    return fork
  }
}
