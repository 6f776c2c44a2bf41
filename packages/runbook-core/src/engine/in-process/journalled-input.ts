import type { Checksums } from '../../checksums/index.ts'
import type { Json } from '../../text/json.ts'
import { utf8Encode } from '../../text/utf8.ts'
import { wellFormedText } from '../well-formed.ts'

/** Longer texts are journalled by size and digest, bytes of UTF-8. */
export const JOURNALLED_TEXT_BYTES_MAX = 1024
const DEPTH_MAX = 32

/**
 * A call's input as it stands in the journal: bytes and long texts as `{bytes: LENGTH, sha256}`, absent members left out. Secrets are
 * not in it, since inputs carry references only.
 */
export function journalledInput(input: unknown, checksums: Checksums): Json {
  return summarise(input, checksums, 0)
}

function summarise(value: unknown, checksums: Checksums, depth: number): Json {
  if (value instanceof Uint8Array) return { bytes: value.length, sha256: checksums.sha256Hex(value) }
  switch (typeof value) {
    case 'string':
      return summariseText(value, checksums)
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'boolean':
      return value
    case 'object':
      break
    default:
      return value === undefined ? null : String(value)
  }
  if (value === null) return null
  if (depth >= DEPTH_MAX) return { omitted: 'nested too deeply' }
  if (Array.isArray(value)) return value.map((item) => summarise(item, checksums, depth + 1))
  const entries: [string, Json][] = []
  for (const name of Object.keys(value)) {
    const item = (value as Record<string, unknown>)[name]
    if (item !== undefined) entries.push([wellFormedText(name), summarise(item, checksums, depth + 1)])
  }
  return Object.fromEntries(entries)
}

function summariseText(value: string, checksums: Checksums): Json {
  const text = wellFormedText(value)
  if (text.length * 3 <= JOURNALLED_TEXT_BYTES_MAX) return text
  const bytes = utf8Encode(text)
  if (bytes.length <= JOURNALLED_TEXT_BYTES_MAX) return text
  return { bytes: bytes.length, sha256: checksums.sha256Hex(bytes) }
}
