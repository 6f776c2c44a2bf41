import { type RunningDigest, utf8Encode } from '@dr-drill/runbook-core'
import type { RandomStream } from '../kernel/random-stream.ts'
import { Content } from './content.ts'

/** What a device writes at once or not at all. */
export const SECTOR_BYTES = 512
/** Older versions of one sector that stay possible besides the durable one; more would be the same law at a higher price. */
const VERSIONS_MAX = 8
/** Sizes since the last fsync that stay possible after power loss. */
const SIZES_MAX = 64
/** Bytes handed to a digest at once. */
const DIGEST_BYTES = 65_536

/**
 * One file's bytes as a running system sees them, over what an fsync has made durable. A sector that was changed since then may be
 * found, after power loss, in any version it had; a sector first written since then may also be found as zeros. The size may be any
 * that the file had since then.
 */
export class CachedFile {
  #content: Content
  #durableSizeBytes: number
  /** Largest size since the last fsync: sectors from here on never had bytes. */
  #extentBytes: number
  /** Sizes that the file had since the last fsync, before the present one. */
  #olderSizes: number[] = []
  /** Versions of a sector before the present one, oldest first; for a sector of the durable extent the first one is durable. */
  #older = new Map<number, Uint8Array[]>()
  /** What the medium holds of sectors that the cache shows otherwise and believes to be clean: no fsync writes them. Null: none. */
  #unwritten: Map<number, Uint8Array> | null = null

  /** An empty file, or a blob that is durable from the start. */
  constructor(content: Content = new Content()) {
    this.#content = content
    this.#durableSizeBytes = content.sizeBytes
    this.#extentBytes = content.sizeBytes
  }

  get content(): Content {
    return this.#content
  }

  get sizeBytes(): number {
    return this.#content.sizeBytes
  }

  get durableSizeBytes(): number {
    return this.#durableSizeBytes
  }

  /** True when an fsync would make a difference. */
  get isDirty(): boolean {
    return (
      this.#older.size > 0 ||
      this.#olderSizes.length > 0 ||
      this.sizeBytes !== this.#durableSizeBytes ||
      this.#unwritten !== null
    )
  }

  fork(): CachedFile {
    const copy = new CachedFile(this.#content.fork())
    copy.#durableSizeBytes = this.#durableSizeBytes
    copy.#extentBytes = this.#extentBytes
    copy.#olderSizes = [...this.#olderSizes]
    copy.#older = new Map([...this.#older].map(([sector, versions]) => [sector, [...versions]]))
    copy.#unwritten = this.#unwritten && new Map(this.#unwritten)
    return copy
  }

  write(offset: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#remember(offset, offset + bytes.length)
    this.#content.write(offset, bytes)
    this.#extentBytes = Math.max(this.#extentBytes, this.sizeBytes)
  }

  truncate(sizeBytes: number): void {
    if (sizeBytes === this.sizeBytes) return
    this.#remember(Math.min(sizeBytes, this.sizeBytes), Math.max(sizeBytes, this.sizeBytes))
    this.#content.truncate(sizeBytes)
    this.#extentBytes = Math.max(this.#extentBytes, sizeBytes)
  }

  /** Replaces all bytes by a blob without copying it; durable no sooner than if it had been written. */
  replace(blob: Uint8Array): void {
    this.truncate(0)
    this.#content = Content.adopt(blob)
    this.#extentBytes = Math.max(this.#extentBytes, blob.length)
  }

  /** fsync: what is cached is durable. */
  sync(): void {
    if (this.#older.size > 0) this.#older.clear()
    if (this.#olderSizes.length > 0) this.#olderSizes = []
    this.#durableSizeBytes = this.sizeBytes
    this.#extentBytes = this.sizeBytes
  }

  /** An fsync failed: what was dirty counts as clean from now on, and the medium has none of it. Only the size is durable. */
  dropDirtyPages(): void {
    for (const sector of this.#unsettledSectors()) {
      this.#unwritten ??= new Map()
      if (!this.#unwritten.has(sector)) this.#unwritten.set(sector, this.#versions(sector)[0] as Uint8Array)
    }
    this.sync()
  }

  /** After power loss: what the medium never got is not there. */
  #forgetUnwritten(): void {
    const unwritten = this.#unwritten
    this.#unwritten = null
    const size = this.sizeBytes
    for (const [sector, bytes] of unwritten ?? []) {
      const left = size - sector * SECTOR_BYTES
      if (left > 0) this.#content.write(sector * SECTOR_BYTES, bytes.subarray(0, left))
    }
  }

  /** Keeps the versions that a change of [from, to) is about to overwrite. */
  #remember(from: number, to: number): void {
    const last = Math.ceil(Math.min(to, this.#extentBytes) / SECTOR_BYTES)
    for (let sector = Math.floor(from / SECTOR_BYTES); sector < last; sector += 1) {
      const versions = this.#older.get(sector)
      const version = this.#sector(sector)
      const medium = this.#unwritten?.get(sector)
      if (medium !== undefined) this.#unwritten?.delete(sector)
      if (versions === undefined)
        this.#older.set(sector, medium === undefined ? [version] : [medium, version])
      else {
        if (versions.length > VERSIONS_MAX) versions.splice(1, 1)
        versions.push(version)
      }
    }
    const size = this.sizeBytes
    if (size !== this.#durableSizeBytes && this.#olderSizes.at(-1) !== size) {
      if (this.#olderSizes.length >= SIZES_MAX) this.#olderSizes.shift()
      this.#olderSizes.push(size)
    }
  }

  /** A sector as cached, zeros beyond the size. */
  #sector(sector: number): Uint8Array {
    const bytes = this.#content.read(sector * SECTOR_BYTES, SECTOR_BYTES)
    if (bytes.length === SECTOR_BYTES) return bytes
    const padded = new Uint8Array(SECTOR_BYTES)
    padded.set(bytes)
    return padded
  }

  /** Every content that a sector may have after power loss, the durable one first. */
  #versions(sector: number): Uint8Array[] {
    const older = this.#older.get(sector) ?? []
    const isNew = sector * SECTOR_BYTES >= this.#durableSizeBytes
    return [...(isNew ? [new Uint8Array(SECTOR_BYTES)] : []), ...older, this.#sector(sector)]
  }

  /** Sectors that may differ from what the cache shows, ascending. */
  #unsettledSectors(): number[] {
    const sectors = new Set(this.#older.keys())
    const end = Math.ceil(this.#extentBytes / SECTOR_BYTES)
    for (let sector = Math.ceil(this.#durableSizeBytes / SECTOR_BYTES); sector < end; sector += 1) {
      sectors.add(sector)
    }
    return [...sectors].sort((a, b) => a - b)
  }

  /** Power loss after which only what an fsync promised is there. */
  revert(): void {
    if (this.isDirty) this.#settle(this.#durableSizeBytes, (versions) => versions[0] as Uint8Array)
  }

  /** Power loss after which all is there that the cache had, but for pages that an fsync gave up. */
  keep(): void {
    this.sync()
    this.#forgetUnwritten()
  }

  /** Power loss after which any permitted mixture is there: sector by sector, and one of the sizes. */
  tear(random: RandomStream): void {
    if (!this.isDirty) return
    const size = random.pick([this.#durableSizeBytes, ...this.#olderSizes, this.sizeBytes])
    const eighthsKept = random.pick([1, 4, 7])
    this.#settle(size, (versions) =>
      random.chance(eighthsKept, 8) ? (versions.at(-1) as Uint8Array) : random.pick(versions.slice(0, -1)),
    )
  }

  /** Feeds cached bytes and every version that power loss may bring back. */
  digest(digest: RunningDigest): void {
    const older = [...this.#older].sort(([a], [b]) => a - b)
    const shape = [this.sizeBytes, this.#durableSizeBytes, this.#extentBytes, this.#olderSizes]
    const versions = older.map(([sector, list]) => [sector, list.length])
    digest.update(utf8Encode(JSON.stringify(['file', shape, versions])))
    for (const [, list] of older) for (const version of list) digest.update(version)
    for (const [sector, bytes] of [...(this.#unwritten ?? [])].sort(([a], [b]) => a - b)) {
      digest.update(utf8Encode(JSON.stringify(['unwritten', sector])))
      digest.update(bytes)
    }
    for (let offset = 0; offset < this.sizeBytes; offset += DIGEST_BYTES) {
      digest.update(this.#content.read(offset, DIGEST_BYTES))
    }
  }

  #settle(sizeBytes: number, choose: (versions: Uint8Array[]) => Uint8Array): void {
    const sectors = this.#unsettledSectors().filter((sector) => sector * SECTOR_BYTES < sizeBytes)
    const chosen = sectors.map((sector) => choose(this.#versions(sector)))
    if (this.#content.sizeBytes < sizeBytes) this.#content.truncate(sizeBytes)
    sectors.forEach((sector, index) => {
      this.#content.write(sector * SECTOR_BYTES, chosen[index] as Uint8Array)
    })
    // The last sector may have been written beyond the size.
    this.#content.truncate(sizeBytes)
    this.keep()
  }
}
