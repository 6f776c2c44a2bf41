import { OperatingError } from '@dr-drill/runbook-core'

/** Bytes on the wire; an object that happens to look like this is wrapped in `$plain`. */
const BYTES = '$bytes'
const PLAIN = '$plain'
const DEPTH_MAX = 64

/** A port's input or output as JSON: bytes become `{"$bytes": BASE64}`; absent members are left out. */
export function toWire(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    return { [BYTES]: Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64') }
  }
  if (Array.isArray(value)) return value.map(toWire)
  if (typeof value !== 'object' || value === null) return value ?? null
  const present = Object.entries(value).filter(([, item]) => item !== undefined)
  const names = present.map(([name]) => name)
  const members = Object.fromEntries(present.map(([name, item]) => [name, toWire(item)]))
  const isMarked = names.length === 1 && (names[0] === BYTES || names[0] === PLAIN)
  return isMarked ? { [PLAIN]: members } : members
}

/** The value that `toWire` was given; `undefined` members are absent and a lone `undefined` is null. @throws agent-invalid */
export function fromWire(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth > DEPTH_MAX) throw new OperatingError('agent-invalid', 'a value is nested too deeply')
  if (Array.isArray(value)) return value.map((item) => fromWire(item, depth + 1))
  const entries = Object.entries(value)
  const [first] = entries
  if (entries.length === 1 && first !== undefined) {
    const [name, item] = first
    if (name === BYTES) return bytesOf(item)
    if (name === PLAIN && typeof item === 'object' && item !== null)
      return members(Object.entries(item), depth)
  }
  return members(entries, depth)
}

const members = (entries: readonly (readonly [string, unknown])[], depth: number): object =>
  Object.fromEntries(entries.map(([name, item]) => [name, fromWire(item, depth + 1)]))

function bytesOf(text: unknown): Uint8Array {
  if (typeof text !== 'string') throw new OperatingError('agent-invalid', 'bytes on the wire are no text')
  return new Uint8Array(Buffer.from(text, 'base64'))
}
