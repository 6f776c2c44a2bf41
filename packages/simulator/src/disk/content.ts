import { rangeOf } from './ranges.ts'

/** Bytes that one chunk holds at most; the unit of copy-on-write. */
const CHUNK_BYTES = 65_536

interface Chunk {
  readonly bytes: Uint8Array
  /** Whoever may write in place; any other writer copies first. Null: an adopted blob, nobody may. */
  readonly owner: object | null
}

/**
 * The bytes of one file, in chunks that forks share. Bytes of a chunk at or beyond the size are always zero, so a file that grows
 * shows zeros, as POSIX asks.
 */
export class Content {
  #chunks: (Chunk | undefined)[] = []
  #owner: object = {}
  #sizeBytes = 0
  #blob: Uint8Array | null = null

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** The immutable blob this content was adopted from, as long as nothing changed it; else null. */
  get blob(): Uint8Array | null {
    return this.#blob
  }

  /** Content over a blob without copying it. The caller promises never to change the blob. */
  static adopt(blob: Uint8Array): Content {
    const content = new Content()
    for (let offset = 0; offset < blob.length; offset += CHUNK_BYTES) {
      content.#chunks.push({ bytes: blob.subarray(offset, offset + CHUNK_BYTES), owner: null })
    }
    content.#sizeBytes = blob.length
    content.#blob = blob
    return content
  }

  /** A copy that shares all chunks; from here on either side copies a chunk before it writes there. */
  fork(): Content {
    const copy = new Content()
    copy.#chunks = [...this.#chunks]
    copy.#sizeBytes = this.#sizeBytes
    copy.#blob = this.#blob
    this.#owner = {}
    return copy
  }

  /** A copy of up to `length` bytes from `offset`; shorter at the end. */
  read(offset: number, length: number): Uint8Array {
    const end = Math.min(this.#sizeBytes, offset + length)
    const bytes = new Uint8Array(Math.max(0, end - offset))
    for (let at = offset; at < end; ) {
      const within = at % CHUNK_BYTES
      const count = Math.min(CHUNK_BYTES - within, end - at)
      const chunk = this.#chunks[(at - within) / CHUNK_BYTES]
      if (chunk !== undefined) bytes.set(chunk.bytes.subarray(within, within + count), at - offset)
      at += count
    }
    return bytes
  }

  /**
   * The bytes that `read` gives, to be looked at only: a part of the blob behind them, the same array each time. Bytes that were written
   * become a blob when they are looked at.
   */
  view(offset: number, length: number): Uint8Array {
    const end = Math.min(this.#sizeBytes, offset + length)
    if (offset >= end) return new Uint8Array(0)
    this.#blob ??= this.#gathered()
    return rangeOf(this.#blob, offset, end)
  }

  /** All bytes in one blob, which nobody changes from here on. */
  #gathered(): Uint8Array {
    const blob = this.read(0, this.#sizeBytes)
    this.#chunks = Content.adopt(blob).#chunks
    return blob
  }

  /** Writes all bytes at `offset`; a gap before it reads as zeros. */
  write(offset: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#blob = null
    const end = offset + bytes.length
    for (let at = offset; at < end; ) {
      const within = at % CHUNK_BYTES
      const count = Math.min(CHUNK_BYTES - within, end - at)
      const chunk = this.#writable((at - within) / CHUNK_BYTES, within + count)
      chunk.set(bytes.subarray(at - offset, at - offset + count), within)
      at += count
    }
    this.#sizeBytes = Math.max(this.#sizeBytes, end)
  }

  /** Cuts, or grows with zeros. */
  truncate(sizeBytes: number): void {
    if (sizeBytes === this.#sizeBytes) return
    this.#blob = null
    if (sizeBytes < this.#sizeBytes) {
      const within = sizeBytes % CHUNK_BYTES
      const index = (sizeBytes - within) / CHUNK_BYTES
      this.#chunks.length = Math.min(this.#chunks.length, within === 0 ? index : index + 1)
      if (within !== 0 && this.#chunks[index] !== undefined) this.#writable(index, 0).fill(0, within)
    }
    this.#sizeBytes = sizeBytes
  }

  /** The bytes of a chunk, owned by this content and at least `lengthMin` long. */
  #writable(index: number, lengthMin: number): Uint8Array {
    const chunk = this.#chunks[index]
    const owned = chunk?.owner === this.#owner
    if (owned && chunk.bytes.length >= lengthMin) return chunk.bytes
    const held = chunk?.bytes.length ?? 0
    // Doubling, so that a file that grows by small appends is not copied at each.
    const length = held >= lengthMin ? held : Math.min(CHUNK_BYTES, Math.max(lengthMin, held * 2, 1024))
    const bytes = new Uint8Array(length)
    if (chunk !== undefined) bytes.set(chunk.bytes)
    this.#chunks[index] = { bytes, owner: this.#owner }
    return bytes
  }
}
