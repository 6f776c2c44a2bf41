import { type Checksums, Question, recall } from '../checksums/index.ts'
import { canonicalJson } from '../text/canonical-json.ts'
import type { Json } from '../text/json.ts'
import { utf8Encode } from '../text/utf8.ts'

const DIGEST = new Question<string>('digest of an input')

/** `digestOf` of an input that may be the very object that another run gave its step. */
export function inputDigestOf(input: Json, checksums: Checksums): string {
  if (typeof input !== 'object' || input === null) return digestOf(input, checksums)
  return recall(checksums, DIGEST, input, () => digestOf(input, checksums))
}

/** SHA-256 of the canonical text of a value. */
export function digestOf(value: Json, checksums: Checksums): string {
  const text = canonicalJson(value)
  return checksums.sha256HexOfText?.(text) ?? checksums.sha256Hex(utf8Encode(text))
}

/**
 * The idempotency key: SHA-256(run, step, ordinal, input digest). An invocation has ordinal 0; an effect has the number of equal
 * calls before it in the same attempt, plus one. So both are the same across retries and resume, whatever else was done already.
 */
export function idempotencyKey(
  identity: {
    readonly runId: string
    readonly step: string
    readonly ordinal: number
    readonly inputDigest: string
  },
  checksums: Checksums,
): string {
  return digestOf([identity.runId, identity.step, identity.ordinal, identity.inputDigest], checksums)
}
