import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  hash,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import { crc32 } from 'node:zlib'
import { type Checksums, crc32c, type RunningDigest } from '@dr-drill/runbook-core'

// node:crypto takes Ed25519 keys in DER only; these are the fixed headers before the 32 raw bytes (RFC 8410).
const PUBLIC_HEADER = Buffer.from('302a300506032b6570032100', 'hex')
const SECRET_HEADER = Buffer.from('302e020100300506032b657004220420', 'hex')

class NativeSha256 implements RunningDigest {
  readonly #hash = createHash('sha256')

  update(bytes: Uint8Array): RunningDigest {
    this.#hash.update(bytes)
    return this
  }

  hex(): string {
    return this.#hash.digest('hex')
  }
}

function publicKeyOf(raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([PUBLIC_HEADER, raw]), format: 'der', type: 'spki' })
}

/** The key that was read last: who signs does so again, and reading a key takes longer than signing with it. */
let lastRead: { readonly seed: Buffer; readonly key: KeyObject } | null = null

function secretKeyOf(seed: Uint8Array): KeyObject {
  if (lastRead?.seed.equals(seed) !== true) lastRead = { seed: Buffer.from(seed), key: readSecretKey(seed) }
  return lastRead.key
}

function readSecretKey(seed: Uint8Array): KeyObject {
  // OpenSSL reads the length from the header and would take the first 32 bytes of a longer key.
  if (seed.length !== 32) throw new RangeError(`an Ed25519 secret key has 32 bytes, not ${seed.length}`)
  return createPrivateKey({ key: Buffer.concat([SECRET_HEADER, seed]), format: 'der', type: 'pkcs8' })
}

function verifies(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false
  try {
    return verify(null, message, publicKeyOf(publicKey), signature)
  } catch {
    return false
  }
}

const plain = (buffer: Buffer): Uint8Array => new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length)

/** `Checksums` by node:crypto and node:zlib (OpenSSL, zlib); CRC-32C, which neither has, by core's tables. */
export const nativeChecksums: Checksums = Object.freeze({
  sha256: () => new NativeSha256(),
  sha256Hex: (bytes: Uint8Array) => hash('sha256', bytes, 'hex'),
  sha256HexOfText: (text: string) => hash('sha256', text, 'hex'),
  hmacSha256: (key: Uint8Array, message: Uint8Array) =>
    plain(createHmac('sha256', key).update(message).digest()),
  crc32: (bytes: Uint8Array, seed = 0) => crc32(bytes, seed),
  crc32c,
  ed25519Verify: verifies,
  ed25519Sign: (secretKey: Uint8Array, message: Uint8Array) =>
    plain(sign(null, message, secretKeyOf(secretKey))),
  ed25519PublicKey: (secretKey: Uint8Array) =>
    plain(createPublicKey(secretKeyOf(secretKey)).export({ format: 'der', type: 'spki' }).subarray(-32)),
})
