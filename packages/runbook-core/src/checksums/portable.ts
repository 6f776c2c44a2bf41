import { ed25519 } from '@noble/curves/ed25519.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import type { Checksums, RunningDigest } from './checksums.ts'
import { crc32, crc32c } from './crc.ts'
import { hexEncode } from './hex.ts'

class PortableSha256 implements RunningDigest {
  readonly #hash = sha256.create()

  update(bytes: Uint8Array): RunningDigest {
    this.#hash.update(bytes)
    return this
  }

  hex(): string {
    return hexEncode(this.#hash.digest())
  }
}

function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    // Strict RFC 8032 decoding: OpenSSL, behind the native implementation, refuses the same malformed encodings.
    return ed25519.verify(signature, message, publicKey, { zip215: false })
  } catch {
    return false
  }
}

/** `Checksums` in plain JavaScript: runs anywhere, several times slower than a host's own. */
export const portableChecksums: Checksums = Object.freeze({
  sha256: () => new PortableSha256(),
  sha256Hex: (bytes: Uint8Array) => hexEncode(sha256(bytes)),
  hmacSha256: (key: Uint8Array, message: Uint8Array) => hmac(sha256, key, message),
  crc32,
  crc32c,
  ed25519Verify: verify,
  ed25519Sign: (secretKey: Uint8Array, message: Uint8Array) => ed25519.sign(message, secretKey),
  ed25519PublicKey: (secretKey: Uint8Array) => ed25519.getPublicKey(secretKey),
})
