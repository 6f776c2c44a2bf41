import { createHash, type Hash } from 'node:crypto'
import type { RunningDigest } from '@dr-drill/runbook-core'
import { portableS3Digests, type S3Digests } from '@dr-drill/simulator'
import { nativeChecksums } from '../checksums.ts'

class NativeDigest implements RunningDigest {
  readonly #hash: Hash

  constructor(algorithm: 'md5' | 'sha1') {
    this.#hash = createHash(algorithm)
  }

  update(bytes: Uint8Array): RunningDigest {
    this.#hash.update(bytes)
    return this
  }

  hex(): string {
    return this.#hash.digest('hex')
  }
}

/** S3's digests by node:crypto and node:zlib; CRC-64/NVME, which neither has, by tables. */
export const nativeS3Digests: S3Digests = Object.freeze({
  ...portableS3Digests,
  ...nativeChecksums,
  md5: () => new NativeDigest('md5'),
  sha1: () => new NativeDigest('sha1'),
})
