import type { Checksums, PortHandler, SignerContract } from '@dr-drill/runbook-core'
import { RandomStream } from '../kernel/index.ts'

/** Name of the signing key inside a world's Signer. */
export const WORLD_KEY_REF = 'backup-signer'

/** The secret key of a world's backups, 32 bytes: derived from its seed, since a world is made up and has nothing to hide. */
export function worldSigningKey(seed: number): Uint8Array {
  return RandomStream.fromSeed(seed).split('signing-key').bytes(32)
}

/** Signs with the world's one key. */
export function worldSigner(checksums: Checksums, seed: number): PortHandler<SignerContract> {
  const secret = worldSigningKey(seed)
  const publicKey = checksums.ed25519PublicKey(secret)
  return { sign: ({ bytes }) => ({ signature: checksums.ed25519Sign(secret, bytes), publicKey }) }
}
