import type { Checksums } from '../../checksums/index.ts'
import { BLOCK_BYTES } from './footer.ts'

/** The CRC of each 64 KiB of a stream of bytes, fed in pieces of any size. */
export class BlockCrcs {
  readonly #checksums: Checksums
  readonly #finished: number[] = []
  #current = 0
  #filled = 0

  constructor(checksums: Checksums) {
    this.#checksums = checksums
  }

  update(bytes: Uint8Array): void {
    let from = 0
    while (from < bytes.length) {
      const piece = bytes.subarray(from, from + BLOCK_BYTES - this.#filled)
      this.#current = this.#checksums.crc32(piece, this.#current)
      this.#filled += piece.length
      from += piece.length
      if (this.#filled === BLOCK_BYTES) this.#next()
    }
  }

  /** All CRCs, that of an unfinished last block included; more bytes may follow. */
  values(): Uint32Array {
    return Uint32Array.from(this.#filled === 0 ? this.#finished : [...this.#finished, this.#current])
  }

  #next(): void {
    this.#finished.push(this.#current)
    this.#current = 0
    this.#filled = 0
  }
}
