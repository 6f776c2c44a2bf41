import { definePort } from '../effects/port.ts'

/** A signature and whose it is; both are public. */
export interface Signed {
  /** 64 raw bytes. */
  readonly signature: Uint8Array
  /** The signer's Ed25519 public key, 32 raw bytes. */
  readonly publicKey: Uint8Array
}

/**
 * Signs with keys that only the host knows: a key is named by reference, so that no secret enters an input or a journal. Ed25519 is
 * deterministic: the same key and bytes give the same signature. @throws input-unreadable (no such key)
 */
export interface SignerContract {
  sign(input: { readonly keyRef: string; readonly bytes: Uint8Array }): Signed
}

export const Signer = definePort<SignerContract>('Signer', { sign: 'read' })
