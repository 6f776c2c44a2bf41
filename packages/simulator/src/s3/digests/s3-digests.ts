import type { Checksums, RunningDigest } from '@dr-drill/runbook-core'
import { portableChecksums } from '@dr-drill/runbook-core'
import { crc64nvme } from './crc64nvme.ts'
import { md5, sha1 } from './merkle-damgard.ts'

/** The hashes that S3's protocol needs beyond `Checksums`. MD5 and SHA-1 are names in a protocol here, not protection. */
export interface S3Digests extends Checksums {
  md5(): RunningDigest
  sha1(): RunningDigest
  /** CRC-64/NVME of the bytes as 16 lower-case hex digits; `seed` is the result for the bytes before. */
  crc64nvme(bytes: Uint8Array, seed?: string): string
}

/** Pure implementations, for the simulated world. */
export const portableS3Digests: S3Digests = Object.freeze({ ...portableChecksums, md5, sha1, crc64nvme })
