import { OperatingError } from '../errors/index.ts'
import { compareUtf8, utf8Encode } from './utf8.ts'

/** Deepest nesting of arrays and objects that has a canonical form; deeper input is refused instead of exhausting the stack. */
export const CANONICAL_DEPTH_MAX = 64

/** Texts that stand in JSON as they are: most names and digests do. */
const PLAIN = /^[ !#-[\]-~]*$/

/**
 * The one text of a JSON value, so that equal values have equal digests: no white space; object keys sorted by their UTF-8 bytes;
 * strings escaped as `JSON.stringify` does; numbers in the shortest form that reads back the same (ECMAScript's own, as RFC 8785
 * has it: `1`, `0.5`, `1e+21`), `-0` as `0`.
 * @throws OperatingError `input-invalid` for what JSON cannot say (undefined, NaN, infinities, functions, big integers), for lone
 * surrogates, and beyond `CANONICAL_DEPTH_MAX` levels
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0)
}

/** The UTF-8 bytes of the canonical text: what is hashed and signed. */
export function canonicalJsonBytes(value: unknown): Uint8Array<ArrayBuffer> {
  return utf8Encode(canonicalJson(value))
}

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'boolean':
      return value ? 'true' : 'false'
    case 'number':
      return writeNumber(value)
    case 'string':
      return writeString(value)
    case 'object':
      break
    default:
      throw new OperatingError('input-invalid', `JSON has no form for a value of type ${typeof value}`)
  }
  if (value === null) return 'null'
  if (depth >= CANONICAL_DEPTH_MAX) {
    throw new OperatingError('input-invalid', `the value is nested deeper than ${CANONICAL_DEPTH_MAX} levels`)
  }
  return Array.isArray(value) ? writeArray(value, depth + 1) : writeObject(value, depth + 1)
}

function writeNumber(value: number): string {
  if (!Number.isFinite(value)) throw new OperatingError('input-invalid', `JSON has no form for ${value}`)
  return String(value === 0 ? 0 : value)
}

function writeString(value: string): string {
  if (PLAIN.test(value)) return `"${value}"`
  if (!value.isWellFormed()) {
    throw new OperatingError('input-invalid', 'a text holds half of a surrogate pair: it has no UTF-8 form')
  }
  return JSON.stringify(value)
}

function writeArray(items: readonly unknown[], depth: number): string {
  let text = ''
  // By index: `map` would skip the holes of a sparse array, which JSON cannot say.
  for (let index = 0; index < items.length; index += 1) {
    text += index === 0 ? write(items[index], depth) : `,${write(items[index], depth)}`
  }
  return `[${text}]`
}

function writeObject(value: object, depth: number): string {
  let text = ''
  for (const key of sortedKeys(value)) {
    if (text !== '') text += ','
    text += `${writeString(key)}:${write((value as Record<string, unknown>)[key], depth)}`
  }
  return `{${text}}`
}

/** By insertion: objects have few keys, often in order already. */
function sortedKeys(value: object): readonly string[] {
  const keys = Object.keys(value)
  if (keys.length > 32) return keys.sort(compareUtf8)
  for (let next = 1; next < keys.length; next += 1) {
    const key = keys[next] as string
    let at = next
    for (; at > 0 && compareUtf8(keys[at - 1] as string, key) > 0; at -= 1) keys[at] = keys[at - 1] as string
    keys[at] = key
  }
  return keys
}
