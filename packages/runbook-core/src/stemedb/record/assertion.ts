import { z } from 'zod'
import type { Checksums } from '../../checksums/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { canonicalJsonBytes } from '../../text/canonical-json.ts'
import type { Json } from '../../text/json.ts'
import { utf8Decode, utf8Encode } from '../../text/utf8.ts'

/** Limits of one assertion. Lengths are UTF-8 bytes. */
export const ASSERTION_LIMITS = {
  idBytes: 256,
  conceptPathBytes: 1024,
  predicateBytes: 256,
  /** Levels of arrays and objects in `value`. */
  valueDepth: 16,
  /** The whole of the canonical JSON. */
  bodyBytes: 65_536,
} as const

/** What a writer asserts (seed-facts C.7). Position and time are the server's and no part of it. */
export interface Assertion {
  /** The writer's key: unique in the database. */
  readonly id: string
  /** Names joined by `/`, such as `test/dr_validation`. */
  readonly concept_path: string
  readonly predicate: string
  readonly value: Json
  /** 0 to 1. */
  readonly confidence: number
  /** Such as `expert`. */
  readonly authority_tier: string
}

const CONTROL = /[\u0000-\u001f\u007f\p{Surrogate}]/u

function text(bytesMax: number) {
  return (
    z
      .string()
      .min(1)
      .max(bytesMax)
      .refine((value) => !CONTROL.test(value), 'has control characters or half a surrogate pair')
      // A code unit takes three bytes at most: short texts need no counting.
      .refine(
        (value) => value.length * 3 <= bytesMax || utf8Encode(value).length <= bytesMax,
        `is longer than ${bytesMax} bytes`,
      )
  )
}

/** True when a JSON value has at most `levels` levels of arrays and objects; stops looking as soon as it has more. */
function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (levels === 0) return false
  return Object.values(value).every((item) => isShallow(item, levels - 1))
}

const SCHEMA = z.strictObject({
  id: text(ASSERTION_LIMITS.idBytes),
  concept_path: text(ASSERTION_LIMITS.conceptPathBytes).refine(
    (path) => path.split('/').every((name) => name !== '') && !path.includes('*'),
    'is not names joined by / (an asterisk is for queries)',
  ),
  predicate: text(ASSERTION_LIMITS.predicateBytes),
  value: z
    .unknown()
    .refine((value) => value !== undefined, 'is missing')
    .refine(
      (value) => isShallow(value, ASSERTION_LIMITS.valueDepth),
      `is nested deeper than ${ASSERTION_LIMITS.valueDepth} levels`,
    ),
  confidence: z.number().min(0).max(1),
  authority_tier: z.string().regex(/^[a-z][a-z0-9_-]{0,63}$/),
})

/**
 * An assertion of parsed JSON; nothing in it is believed. Unknown fields are refused: dropping one would store less than the writer
 * sent. @throws OperatingError `input-invalid`
 */
export function parseAssertion(input: unknown): Assertion {
  const parsed = SCHEMA.safeParse(input)
  if (parsed.success) return parsed.data as Assertion
  const issue = parsed.error.issues[0]
  const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `
  throw new OperatingError('input-invalid', `not an assertion: ${where}${issue?.message ?? ''}`)
}

/** The body of an assertion's record: its canonical JSON. @throws OperatingError `input-invalid`, `input-too-large` */
export function encodeAssertion(assertion: Assertion): Uint8Array {
  const body = canonicalJsonBytes(assertion)
  if (body.length > ASSERTION_LIMITS.bodyBytes) {
    throw new OperatingError(
      'input-too-large',
      `the assertion has ${body.length} bytes as canonical JSON; ${ASSERTION_LIMITS.bodyBytes} are allowed`,
    )
  }
  return body
}

/** The assertion in a record's body. @throws OperatingError `log-corrupt` when the body is none */
export function decodeAssertion(body: Uint8Array): Assertion {
  try {
    const value: unknown = JSON.parse(utf8Decode(body))
    const fields = value as Partial<Assertion> | null
    if (typeof fields?.id === 'string' && typeof fields.concept_path === 'string') return fields as Assertion
  } catch {
    // Told below: what the parser says quotes the input.
  }
  throw new OperatingError('log-corrupt', 'the body of a record is not an assertion')
}

/**
 * Content digest of an assertion, lower-case hex: SHA-256 of its canonical JSON. The same at the writer, in the ledger, in the log and
 * in a readback, since position and time are not in it.
 */
export function assertionDigest(checksums: Checksums, assertion: Assertion): string {
  return checksums.sha256Hex(canonicalJsonBytes(assertion))
}
