import { z } from 'zod'
import { type Checksums, hexDecode, hexEncode, Question, recall } from '../../checksums/index.ts'
import { OperatingError } from '../../errors/index.ts'
import type { SignatureStatus } from '../../formats/index.ts'
import type { Signed } from '../../ports/index.ts'
import { type Expected, readDocument, writeDocument } from './document.ts'

/**
 * A signed document: one line that carries the signature, a line feed, then the payload, signed over its exact bytes. One object, so
 * that a document and its signature appear together or not at all.
 */
export interface Envelope {
  /** The bytes after the first line feed: what is signed. */
  readonly payload: Uint8Array
  /** Null when the writer had no key. */
  readonly signature: { readonly keyId: string; readonly bytes: Uint8Array } | null
}

const KIND = 'stemedb-envelope'
const HEADER_BYTES_MAX = 1024
const LINE_FEED = 0x0a

const HEADER: Expected<{ algorithm: 'ed25519'; keyId: string | null; signature: string | null }> = {
  kind: KIND,
  schemaVersionMax: 1,
  what: 'signature line',
  schema: z.object({
    algorithm: z.literal('ed25519'),
    keyId: z
      .string()
      .regex(/^[0-9a-f]{16}$/)
      .nullable(),
    signature: z
      .string()
      .regex(/^[0-9a-f]{128}$/)
      .nullable(),
  }),
}

/** Names a public key in few characters: the first 16 hex digits of its SHA-256. A hint for people; proves nothing. */
export function keyIdOf(checksums: Checksums, publicKey: Uint8Array): string {
  return checksums.sha256Hex(publicKey).slice(0, 16)
}

/** The bytes of an envelope around a payload; `signed` null leaves it unsigned. */
export function sealEnvelope(checksums: Checksums, payload: Uint8Array, signed: Signed | null): Uint8Array {
  const fields = {
    algorithm: 'ed25519',
    keyId: signed === null ? null : keyIdOf(checksums, signed.publicKey),
    signature: signed === null ? null : hexEncode(signed.signature),
  }
  const header = writeDocument(KIND, fields, { isLine: true })
  const bytes = new Uint8Array(header.length + 1 + payload.length)
  bytes.set(header)
  bytes[header.length] = LINE_FEED
  bytes.set(payload, header.length + 1)
  return bytes
}

/** Takes an envelope apart; believes nothing in it. @throws OperatingError `input-invalid`, `input-too-new` */
export function openEnvelope(bytes: Uint8Array): Envelope {
  const end = bytes.subarray(0, HEADER_BYTES_MAX).indexOf(LINE_FEED)
  if (end < 0) throw new OperatingError('input-invalid', 'the document has no signature line')
  const header = readDocument(bytes.subarray(0, end), HEADER)
  if ((header.keyId === null) !== (header.signature === null)) {
    throw new OperatingError('input-invalid', 'the signature line has a key or a signature, not both')
  }
  return {
    payload: bytes.subarray(end + 1),
    signature:
      header.signature === null || header.keyId === null
        ? null
        : { keyId: header.keyId, bytes: hexDecode(header.signature)! },
  }
}

const ENVELOPE = new Question<Envelope>('envelope of a document')
const SIGNATURE = new Question<{ readonly trustKey: Uint8Array; readonly status: SignatureStatus }>(
  'signature of an envelope',
)

/** As `openEnvelope`, of a document that may have been opened before. @throws as it does */
export function knownEnvelope(checksums: Checksums, bytes: Uint8Array): Envelope {
  return recall(checksums, ENVELOPE, bytes, () => openEnvelope(bytes))
}

/** Whether an envelope was signed with the key that its reader trusts; without such a key nothing is checked. */
export function signatureStatus(
  checksums: Checksums,
  envelope: Envelope,
  trustKey: Uint8Array | null,
): SignatureStatus {
  if (trustKey === null) return 'unchecked'
  if (envelope.signature === null) return 'absent'
  const { keyId, bytes } = envelope.signature
  const check = (): SignatureStatus => {
    if (keyId !== keyIdOf(checksums, trustKey)) return 'invalid'
    return checksums.ed25519Verify(trustKey, envelope.payload, bytes) ? 'valid' : 'invalid'
  }
  const known = recall(checksums, SIGNATURE, envelope, () => ({ trustKey, status: check() }))
  return known.trustKey.every((byte, index) => byte === trustKey[index]) ? known.status : check()
}

/** The raw key of its hex text; null stays null. @throws OperatingError `input-invalid` when it is not a public key */
export function parseTrustKey(text: string | null): Uint8Array | null {
  if (text === null) return null
  const key = hexDecode(text)
  if (key?.length !== 32) {
    throw new OperatingError('input-invalid', 'the trust key is not an Ed25519 public key of 32 bytes in hex')
  }
  return key
}
