import type { z } from 'zod'
import { OperatingError } from '../../errors/index.ts'
import type { Json } from '../../text/json.ts'
import { utf8Decode, utf8Encode } from '../../text/utf8.ts'

/** What a document must be before its fields are looked at. */
export interface Expected<T> {
  /** Value of its `kind`. */
  readonly kind: string
  /** Newest schema version that this reader knows. */
  readonly schemaVersionMax: number
  readonly schema: z.ZodType<T>
  /** How messages call it: `manifest`. */
  readonly what: string
}

/**
 * The bytes of a document: one line that begins with its kind and schema version, the fields in the order given. The same fields always
 * give the same bytes. Without `isLine` a line feed ends it.
 */
export function writeDocument(
  kind: string,
  fields: Readonly<Record<string, Json>>,
  options: { readonly isLine?: boolean } = {},
): Uint8Array {
  const text = JSON.stringify({ kind, schemaVersion: 1, ...fields })
  return utf8Encode(options.isLine === true ? text : `${text}\n`)
}

/**
 * Reads a JSON document of unknown origin: kind and version first, then the fields; unknown fields are ignored.
 * @throws OperatingError `input-invalid` (no UTF-8, no JSON, another kind, a wrong field), `input-too-new` (a later schema version)
 */
export function readDocument<T>(bytes: Uint8Array, expected: Expected<T>): T {
  const { kind, what, schema, schemaVersionMax } = expected
  const value = parseJson(bytes, what)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new OperatingError('input-invalid', `the ${what} is not a JSON object`)
  }
  const head = value as { readonly kind?: unknown; readonly schemaVersion?: unknown }
  if (head.kind !== kind) throw new OperatingError('input-invalid', `the ${what} is not of kind ${kind}`)
  const version = head.schemaVersion
  if (!Number.isSafeInteger(version) || (version as number) < 1) {
    throw new OperatingError('input-invalid', `the ${what} has no schema version`)
  }
  if ((version as number) > schemaVersionMax) {
    throw new OperatingError(
      'input-too-new',
      `the ${what} has schema version ${version}; this program reads up to ${schemaVersionMax}`,
    )
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const where = issue === undefined ? '' : `${issue.path.join('.')}: ${issue.message}`
  throw new OperatingError('input-invalid', `the ${what} is not as documented: ${where}`)
}

/** @throws OperatingError `input-invalid` */
function parseJson(bytes: Uint8Array, what: string): unknown {
  const text = utf8Decode(bytes)
  try {
    return JSON.parse(text)
  } catch {
    // The engine's message quotes the input, which is hostile: it is not passed on. A stack overflow ends here too.
    throw new OperatingError('input-invalid', `the ${what} is not JSON`)
  }
}
