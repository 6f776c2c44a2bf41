import type { Memory } from './memory.ts'

/** A hash fed in pieces. */
export interface RunningDigest {
  update(bytes: Uint8Array): RunningDigest
  /** Lower-case hex; ends the digest. */
  hex(): string
}

/**
 * Every hash, CRC, MAC and signature. Pure functions of their bytes, so not effects: passed as a value. Core brings a portable
 * implementation; hosts with native ones pass those, and a law says that they agree.
 */
export interface Checksums {
  /**
   * Set where all bytes that are ever handed over stay as they are, as in a simulated world: then what else is computed of them is
   * remembered as well. Real ports reuse their buffers, and have none.
   */
  readonly memory?: Memory
  sha256(): RunningDigest
  /** Lower-case hex SHA-256 of the bytes. */
  sha256Hex(bytes: Uint8Array): string
  /** The same of a text's UTF-8, where that can be had without making the bytes first. */
  sha256HexOfText?(text: string): string
  hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array
  /** CRC-32 (IEEE), unsigned; `seed` is the CRC of the bytes before. */
  crc32(bytes: Uint8Array, seed?: number): number
  /** CRC-32C (Castagnoli), unsigned. */
  crc32c(bytes: Uint8Array, seed?: number): number
  /** Ed25519 over the bytes; `publicKey` is 32 raw bytes. False for any malformed input. */
  ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
  /** `secretKey` is the 32-byte seed. */
  ed25519Sign(secretKey: Uint8Array, message: Uint8Array): Uint8Array
  ed25519PublicKey(secretKey: Uint8Array): Uint8Array
}
