import { invariant } from '@dr-drill/runbook-core'
import { type S3ErrorCode, S3Faults, type S3Operation, S3Statistics } from '../s3/index.ts'
import { BucketContent } from './bucket-content.ts'
import { MemoryVersion } from './memory-version.ts'

/** Who may ask, and for what. */
export interface MemoryCredential {
  readonly accessKey: string
  readonly rights: 'read-only' | 'read-write'
}

/** What a credential is refused from some moment on; see `StoreControl.deny`. */
export type Denial = 'expired' | 'read' | 'list' | 'write'

/** What is refused whom, and who hears of each request that meets it. */
interface HeldDenial {
  readonly accessKey: string
  readonly what: Denial
  readonly met: (operation: S3Operation) => void
}

/** What a bucket is made of. */
export interface MemoryBucketOptions {
  readonly name: string
  /** Whether versions are kept; without, an overwritten or deleted object is gone. */
  readonly versioning: boolean
  readonly credentials: readonly MemoryCredential[]
  /** History time, ms. */
  readonly nowMs: () => number
  /** Lower-case hex MD5: the ETag of what is put in one piece. */
  readonly md5Hex: (bytes: Uint8Array) => string
  /** Default: nothing. Not shared: fork what others use. */
  readonly content?: BucketContent
}

/** A write as it became visible. */
export type WriteListener = (version: MemoryVersion) => void

const NOTHING = new Uint8Array(0)

/**
 * A bucket of objects in memory: what S3Service says of a bucket on a disk, without disk, XML, signatures or time. Reads see the
 * present or, behind a replica that lags, an earlier instant; writes always see the present.
 */
export class MemoryBucket {
  readonly name: string
  readonly versioning: boolean
  readonly faults = new S3Faults()
  readonly statistics: S3Statistics
  readonly content: BucketContent
  /** What reads are answered from, history time ms; null: the present. */
  readsAt: number | null = null
  readonly readListeners: ((key: string) => void)[] = []
  readonly listListeners: ((prefix: string) => void)[] = []
  readonly writeListeners: WriteListener[] = []
  readonly #nowMs: () => number
  readonly #md5Hex: (bytes: Uint8Array) => string
  readonly #rights: ReadonlyMap<string, MemoryCredential['rights']>
  #denials: readonly HeldDenial[] = []

  constructor(options: MemoryBucketOptions) {
    this.name = options.name
    this.versioning = options.versioning
    this.content = options.content ?? BucketContent.empty()
    this.#nowMs = options.nowMs
    this.#md5Hex = options.md5Hex
    this.#rights = new Map(options.credentials.map(({ accessKey, rights }) => [accessKey, rights]))
    this.statistics = new S3Statistics(this.#rights.keys())
  }

  /** Lets a credential in, and counts; what refuses it otherwise: InvalidAccessKeyId, ExpiredToken or AccessDenied. */
  admit(accessKey: string, operation: S3Operation): S3ErrorCode | null {
    const rights = this.#rights.get(accessKey)
    const denials = this.#denials.length === 0 ? this.#denials : this.#denialsOf(accessKey)
    const expired = denials.find(({ what }) => what === 'expired')
    if (rights === undefined || expired !== undefined) {
      this.statistics.countUnauthenticated()
      expired?.met(operation)
      return rights === undefined ? 'InvalidAccessKeyId' : 'ExpiredToken'
    }
    this.statistics.count(accessKey, operation)
    const wanted = wantedBy(operation)
    if (wanted === 'write' && rights === 'read-only') {
      this.statistics.countRefusedWrite(accessKey)
      return 'AccessDenied'
    }
    const denied = denials.find(({ what }) => what === wanted)
    denied?.met(operation)
    return denied === undefined ? null : 'AccessDenied'
  }

  #denialsOf(accessKey: string) {
    return this.#denials.filter((denial) => denial.accessKey === accessKey)
  }

  /** Refuses a credential something from now on, and tells `met` of each request; the function returned allows it again. */
  deny(accessKey: string, what: Denial, met: (operation: S3Operation) => void = () => {}): () => void {
    const denial = { accessKey, what, met }
    this.#denials = [...this.#denials, denial]
    return () => {
      this.#denials = this.#denials.filter((other) => other !== denial)
    }
  }

  /** The version that the bucket holds of a key now, whatever readers see; null when it has none or a delete marker. */
  held(key: string): MemoryVersion | null {
    return presentOf(this.content.history(key)[0])
  }

  /** The version that a reader of a key finds; null when there is none. */
  current(key: string): MemoryVersion | null {
    return presentOf(this.#newestForReaders(key))
  }

  /** What a reader finds of all keys, by the UTF-8 bytes of the keys. */
  get allCurrent(): readonly MemoryVersion[] {
    if (this.readsAt === null) return this.content.present.versions
    return this.content.keys.map((key) => this.current(key)).filter((version) => version !== null)
  }

  /** Versions of a key as readers see them, newest first. */
  versions(key: string): readonly MemoryVersion[] {
    if (!this.versioning) {
      const current = this.current(key)
      return current === null ? [] : [current]
    }
    const { readsAt } = this
    const history = this.content.history(key)
    return readsAt === null ? history : history.filter(({ writtenAt }) => writtenAt <= readsAt)
  }

  #newestForReaders(key: string): MemoryVersion | undefined {
    const history = this.content.history(key)
    const { readsAt } = this
    return readsAt === null ? history[0] : history.find(({ writtenAt }) => writtenAt <= readsAt)
  }

  /** Writes a version. The bytes are never changed again, by nobody. */
  put(key: string, bytes: Uint8Array): MemoryVersion {
    return this.#add(key, bytes, false)
  }

  /** Deletes as a client without a version id does: behind a marker where versions are kept. */
  delete(key: string): void {
    if (this.versioning || this.held(key) !== null) this.#add(key, NOTHING, true)
  }

  #add(key: string, bytes: Uint8Array, isDeleteMarker: boolean): MemoryVersion {
    const { content } = this
    const sequence = (content.history(key)[0]?.sequence ?? 0) + 1
    const versionId = this.versioning ? hex(sequence, 8) + hex(content.writes + 1, 24) : 'null'
    const writtenAt = this.#nowMs()
    const draft = { key, versionId, sequence, written: bytes, bytes, writtenAt, isDeleteMarker }
    const version = new MemoryVersion(draft, this.#md5Hex)
    content.add(version)
    for (const listener of this.writeListeners) listener(version)
    return version
  }

  /** Other bytes lie where the newest version's lay. */
  rot(key: string, bytes: Uint8Array): void {
    const [newest, ...older] = this.content.history(key)
    invariant(newest !== undefined && !newest.isDeleteMarker, `there is no object ${key} that could rot`)
    this.content.replace(key, [newest.rotted(bytes), ...older])
  }

  /** Removes all versions of a key for good, as if it had never been. */
  lose(key: string): void {
    this.content.replace(key, [])
  }
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0')

function presentOf(version: MemoryVersion | undefined): MemoryVersion | null {
  return version === undefined || version.isDeleteMarker ? null : version
}

function wantedBy(operation: S3Operation): Denial {
  switch (operation) {
    case 'GetObject':
    case 'HeadObject':
      return 'read'
    case 'ListObjectsV2':
    case 'ListObjectVersions':
      return 'list'
    default:
      return 'write'
  }
}
