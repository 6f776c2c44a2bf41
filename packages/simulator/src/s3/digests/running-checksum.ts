import { hexDecode, invariant, type RunningDigest } from '@dr-drill/runbook-core'
import type { ChecksumAlgorithm } from '../storage/records.ts'
import { base64Decode, base64Encode } from './base64.ts'
import type { S3Digests } from './s3-digests.ts'

/** Bytes of each algorithm's result. */
const SIZES: Readonly<Record<ChecksumAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
}

/** One of S3's checksums fed in pieces. */
export class RunningChecksum {
  readonly algorithm: ChecksumAlgorithm
  readonly #digests: S3Digests
  readonly #hash: RunningDigest | null
  #crc = 0
  #crc64 = '0000000000000000'

  constructor(digests: S3Digests, algorithm: ChecksumAlgorithm) {
    this.algorithm = algorithm
    this.#digests = digests
    this.#hash = algorithm === 'SHA1' ? digests.sha1() : algorithm === 'SHA256' ? digests.sha256() : null
  }

  update(bytes: Uint8Array): RunningChecksum {
    if (this.#hash !== null) this.#hash.update(bytes)
    else if (this.algorithm === 'CRC32') this.#crc = this.#digests.crc32(bytes, this.#crc)
    else if (this.algorithm === 'CRC32C') this.#crc = this.#digests.crc32c(bytes, this.#crc)
    else this.#crc64 = this.#digests.crc64nvme(bytes, this.#crc64)
    return this
  }

  /** The result as S3 writes it; ends the checksum. */
  base64(): string {
    if (this.#hash !== null) return base64OfHex(this.#hash.hex())
    const hex = this.algorithm === 'CRC64NVME' ? this.#crc64 : this.#crc.toString(16).padStart(8, '0')
    return base64OfHex(hex)
  }
}

/** Base64 of bytes given in hex. */
export function base64OfHex(hex: string): string {
  const bytes = hexDecode(hex)
  invariant(bytes !== null, 'a digest is lower-case hex')
  return base64Encode(bytes)
}

/** True when the text can be a result of the algorithm. */
export function isChecksumValue(algorithm: ChecksumAlgorithm, text: string): boolean {
  return base64Decode(text)?.length === SIZES[algorithm]
}
