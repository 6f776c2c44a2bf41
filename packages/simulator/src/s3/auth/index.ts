export { type Authenticated, type Authority, authenticate, CLOCK_SKEW_MS_MAX } from './authenticate.ts'
export { ChunkSignatures } from './chunk-signatures.ts'
export type { CredentialRights, S3Credential } from './credentials.ts'
export { type PayloadMode, payloadMode } from './payload-mode.ts'
export {
  ALGORITHM,
  canonicalRequest,
  EMPTY_SHA256,
  equalInConstantTime,
  type SignedParts,
  type SigningScope,
  scopeText,
  signatureOf,
  signingKey,
  stringToSign,
} from './sigv4.ts'
