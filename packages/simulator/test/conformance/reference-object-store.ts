import { Buffer } from 'node:buffer'

/** One write as the reference remembers it: a delete marker has no bytes. */
interface Written {
  readonly key: string
  readonly bytes: Uint8Array | null
}

/** A version as the port tells it, without what differs between implementations. */
export interface ToldVersion {
  readonly key: string
  readonly isLatest: boolean
  readonly isDeleteMarker: boolean
  readonly sizeBytes: number
}

/** A listing as a whole, whatever the pages. */
export interface WholeListing {
  readonly keys: readonly string[]
  readonly prefixes: readonly string[]
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** What a bucket must hold, told as simply as can be: a list of all writes, looked through anew for every question. */
export class ReferenceObjectStore {
  readonly #versioning: boolean
  readonly #written: Written[] = []

  constructor(versioning: boolean) {
    this.#versioning = versioning
  }

  /** False when `ifAbsent` forbids it. */
  put(key: string, bytes: Uint8Array, ifAbsent: boolean): boolean {
    if (ifAbsent && this.current(key) !== null) return false
    this.#written.push({ key, bytes })
    return true
  }

  delete(key: string): void {
    if (this.#versioning || this.current(key) !== null) this.#written.push({ key, bytes: null })
  }

  current(key: string): Uint8Array | null {
    return this.#written.findLast((one) => one.key === key)?.bytes ?? null
  }

  list(query: {
    readonly prefix: string
    readonly delimiter?: string | undefined
    readonly startAfter?: string | undefined
  }): WholeListing {
    const { prefix, delimiter, startAfter } = query
    const keys: string[] = []
    const prefixes = new Set<string>()
    for (const key of this.#keys().filter((one) => one.startsWith(prefix) && this.current(one) !== null)) {
      if (startAfter !== undefined && byBytes(key, startAfter) <= 0) continue
      const at = delimiter === undefined ? -1 : key.indexOf(delimiter, prefix.length)
      if (at < 0) keys.push(key)
      else prefixes.add(key.slice(0, at + (delimiter ?? '').length))
    }
    return { keys, prefixes: [...prefixes] }
  }

  versions(prefix: string): readonly ToldVersion[] {
    return this.#keys()
      .filter((key) => key.startsWith(prefix))
      .flatMap((key) => this.#versionsOf(key))
  }

  #versionsOf(key: string): readonly ToldVersion[] {
    const held = this.#written.filter((one) => one.key === key).reverse()
    const kept = this.#versioning ? held : held.slice(0, 1).filter(({ bytes }) => bytes !== null)
    return kept.map(({ bytes }, index) => ({
      key,
      isLatest: index === 0,
      isDeleteMarker: bytes === null,
      sizeBytes: bytes?.length ?? 0,
    }))
  }

  #keys(): readonly string[] {
    return [...new Set(this.#written.map(({ key }) => key))].sort(byBytes)
  }
}
