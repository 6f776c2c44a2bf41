import { nativeChecksums } from '@dr-drill/simulator/server'

/** Checks a body against the checksum that S3 sent along with it. */
export interface WireCheck {
  update(bytes: Uint8Array): void
  /** Null when it matches, or when nothing usable was sent; else what differs. */
  problem(sha256: string): string | null
}

/**
 * The strongest usable checksum among response headers. SHA-256 costs nothing, since every download is hashed anyway; checksums
 * of checksums (`...-N`, multipart) say nothing about the bytes as a whole.
 */
export function wireCheck(headers: Readonly<Record<string, string | undefined>>): WireCheck {
  const sha256 = whole(headers['x-amz-checksum-sha256'])
  if (sha256 !== null) {
    const expected = Buffer.from(sha256, 'base64').toString('hex')
    return { update() {}, problem: (found) => (found === expected ? null : 'SHA-256 differs') }
  }
  const crc32 = whole(headers['x-amz-checksum-crc32'])
  if (crc32 !== null) return crcCheck(crc32, 'CRC-32', nativeChecksums.crc32)
  const crc32c = whole(headers['x-amz-checksum-crc32c'])
  if (crc32c !== null) return crcCheck(crc32c, 'CRC-32C', nativeChecksums.crc32c)
  return { update() {}, problem: () => null }
}

function whole(value: string | undefined): string | null {
  return value === undefined || value.includes('-') ? null : value
}

function crcCheck(
  expected: string,
  name: string,
  crc: (bytes: Uint8Array, seed?: number) => number,
): WireCheck {
  let value = 0
  return {
    update(bytes) {
      value = crc(bytes, value)
    },
    problem() {
      const found = Buffer.alloc(4)
      found.writeUInt32BE(value >>> 0)
      return found.toString('base64') === expected ? null : `${name} differs`
    },
  }
}
