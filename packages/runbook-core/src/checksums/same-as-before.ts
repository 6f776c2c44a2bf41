import type { Json } from '../text/json.ts'
import type { Checksums } from './checksums.ts'
import { Question } from './memory.ts'

interface Seen {
  readonly text: string
  readonly value: Json
}

const SEEN = new Question<Seen>('a JSON value by its text', { notesMax: 512 })

/** Characters of a text that its number is made of, at most. */
const SAMPLES = 32

/**
 * The very object that an equal value was before, where there is a memory: then all that was computed of that is known of this. Drill
 * after drill gives steps the same inputs, and steps the same outputs. Equal means the same JSON text, members in the same order.
 */
export function sameAsBefore<J extends Json>(checksums: Checksums, value: J): J {
  const { memory } = checksums
  if (memory === undefined || typeof value !== 'object' || value === null) return value
  const text = JSON.stringify(value)
  const number = numberOf(text)
  const seen = memory.noted(SEEN, number)
  if (seen !== undefined && seen.text === text) return seen.value as J
  memory.note(SEEN, number, { text, value })
  return value
}

/** Tells most texts apart: of its length and some of its characters. */
function numberOf(text: string): number {
  const stride = Math.max(1, Math.floor(text.length / SAMPLES))
  let number = text.length
  for (let index = 0; index < text.length; index += stride) {
    number = (Math.imul(number, 31) + text.charCodeAt(index)) >>> 0
  }
  return number
}
