import { readFileSync } from 'node:fs'
import { OperatingError, type PortHandler, type SignerContract } from '@dr-drill/runbook-core'
import { nativeChecksums } from '@dr-drill/simulator/server'

/**
 * Signs with Ed25519 keys kept in files, one each: the 32-byte seed as 64 hex digits. The key is read at each signature and kept
 * nowhere; only its reference is ever told.
 */
export function fileSigner(fileByRef: Readonly<Record<string, string>>): PortHandler<SignerContract> {
  return {
    sign({ keyRef, bytes }) {
      const seed = readSeed(keyRef, fileByRef[keyRef])
      return {
        signature: nativeChecksums.ed25519Sign(seed, bytes),
        publicKey: nativeChecksums.ed25519PublicKey(seed),
      }
    },
  }
}

function readSeed(keyRef: string, file: string | undefined): Uint8Array {
  let text = ''
  try {
    if (file !== undefined) text = readFileSync(file, 'utf8').trim()
  } catch {
    // Told below, without the path: it is the host's.
  }
  if (/^[0-9a-f]{64}$/i.test(text)) return new Uint8Array(Buffer.from(text, 'hex'))
  const why = text === '' ? 'is not there or cannot be read' : 'is not 64 hex digits'
  throw new OperatingError('input-unreadable', `the signing key "${keyRef}" ${why}`, {
    subject: keyRef,
    hint: 'The key file holds the 32-byte Ed25519 seed as 64 hex digits, readable by the service account only.',
  })
}
