import type { ListedObject } from '@dr-drill/runbook-core'
import type { StoredVersion } from './contract.ts'

/** What a version is made of. */
export interface VersionDraft {
  readonly key: string
  readonly versionId: string
  /** Orders the versions of a key: higher is newer. */
  readonly sequence: number
  /** As they were written: etag, recorded size and checksum are theirs. Never changed by anybody. */
  readonly written: Uint8Array
  /** As they lie: the same array unless the medium rotted. */
  readonly bytes: Uint8Array
  /** History time ms, not rounded. */
  readonly writtenAt: number
  readonly isDeleteMarker: boolean
}

const SECOND_MS = 1000

/**
 * A version of an object in memory. Immutable, so that any number of drills share it; what is computed from its bytes is computed
 * once, when somebody first asks.
 */
export class MemoryVersion implements StoredVersion {
  readonly key: string
  readonly versionId: string
  readonly sequence: number
  readonly written: Uint8Array
  readonly bytes: Uint8Array
  readonly writtenAt: number
  readonly isDeleteMarker: boolean
  /** In S3's resolution of whole seconds. */
  readonly lastModifiedAt: number
  readonly #etagOf: (bytes: Uint8Array) => string
  #etag: string | null = null
  #listed: ListedObject | null = null
  #isIntact: boolean | null = null

  /** `etagOf`: hex MD5 of what is put in one piece. */
  constructor(draft: VersionDraft, etagOf: (bytes: Uint8Array) => string) {
    this.key = draft.key
    this.versionId = draft.versionId
    this.sequence = draft.sequence
    this.written = draft.written
    this.bytes = draft.bytes
    this.writtenAt = draft.writtenAt
    this.isDeleteMarker = draft.isDeleteMarker
    this.lastModifiedAt = Math.floor(draft.writtenAt / SECOND_MS) * SECOND_MS
    this.#etagOf = etagOf
  }

  /** Without quotes; empty for a delete marker. */
  get etag(): string {
    this.#etag ??= this.isDeleteMarker ? '' : this.#etagOf(this.written)
    return this.#etag
  }

  /** As a listing of the whole bucket shows it. */
  get listed(): ListedObject {
    const etag = () => this.etag
    this.#listed ??= Object.freeze({
      key: this.key,
      sizeBytes: this.written.length,
      get etag() {
        return etag()
      },
      lastModifiedAt: this.lastModifiedAt,
    })
    return this.#listed
  }

  /** Whether the bytes have the checksum that was recorded when they were written. */
  get isIntact(): boolean {
    this.#isIntact ??= this.bytes === this.written || equalBytes(this.bytes, this.written)
    return this.#isIntact
  }

  /** The same version over a medium on which other bytes lie now. */
  rotted(bytes: Uint8Array): MemoryVersion {
    return new MemoryVersion({ ...this.#draft(), bytes }, this.#etagOf)
  }

  #draft(): VersionDraft {
    const { key, versionId, sequence, written, bytes, writtenAt, isDeleteMarker } = this
    return { key, versionId, sequence, written, bytes, writtenAt, isDeleteMarker }
  }
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

/** The version's id for a reader; null where no versions are kept. */
export function versionIdOf({ versionId }: MemoryVersion): string | null {
  return versionId === 'null' ? null : versionId
}
