import type { RandomStream } from '@dr-drill/simulator'
import { bytesOf } from './fuzz-target.ts'

/** Inputs stay small: what a reader does with large ones, its limits say. */
export const INPUT_BYTES_MAX = 128 * 1024

const NUMBERS = [0, 1, -1, 127, 128, 255, 256, 32_767, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]
const LITERALS = [
  '0',
  '-1',
  '1e999',
  '9007199254740993',
  'null',
  '{}',
  '[]',
  '""',
  '\0',
  '../',
  '%00',
  '\ud83d\ude00',
]

type Mutation = (bytes: Uint8Array, random: RandomStream, context: MutationContext) => Uint8Array

interface MutationContext {
  readonly corpus: readonly Uint8Array[]
  readonly dictionary: readonly string[]
}

const flipBit: Mutation = (bytes, random) => {
  if (bytes.length === 0) return bytes
  const copy = bytes.slice()
  const at = random.integer(0, copy.length - 1)
  copy[at] = (copy[at] as number) ^ (1 << random.integer(0, 7))
  return copy
}

const setByte: Mutation = (bytes, random) => {
  if (bytes.length === 0) return bytes
  const copy = bytes.slice()
  copy[random.integer(0, copy.length - 1)] = random.pick([0, 1, 10, 32, 34, 47, 58, 92, 127, 128, 255])
  return copy
}

/** A number worth meeting, little or big endian, over 2, 4 or 8 bytes. */
const setNumber: Mutation = (bytes, random) => {
  const width = random.pick([2, 4, 8])
  if (bytes.length < width) return bytes
  const copy = bytes.slice()
  const view = new DataView(copy.buffer, copy.byteOffset)
  const at = random.integer(0, copy.length - width)
  const value = random.pick(NUMBERS)
  const little = random.chance(1, 2)
  if (width === 2) view.setInt16(at, value, little)
  else if (width === 4) view.setInt32(at, value, little)
  else view.setBigInt64(at, BigInt(value), little)
  return copy
}

const cut: Mutation = (bytes, random) => bytes.slice(0, random.integer(0, bytes.length))

const remove: Mutation = (bytes, random) => {
  const [from, to] = stretch(bytes, random)
  return join(bytes.subarray(0, from), bytes.subarray(to))
}

const repeat: Mutation = (bytes, random) => {
  const [from, to] = stretch(bytes, random)
  const times = random.integer(1, 4)
  return join(bytes.subarray(0, to), ...Array(times).fill(bytes.subarray(from, to)), bytes.subarray(to))
}

const insertWord: Mutation = (bytes, random, { dictionary }) => {
  const at = random.integer(0, bytes.length)
  return join(bytes.subarray(0, at), bytesOf(random.pick([...dictionary, ...LITERALS])), bytes.subarray(at))
}

/** A word in place of a stretch: where a value stood, another one. */
const replaceByWord: Mutation = (bytes, random, { dictionary }) => {
  const [from, to] = stretch(bytes, random)
  return join(bytes.subarray(0, from), bytesOf(random.pick([...dictionary, ...LITERALS])), bytes.subarray(to))
}

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|[A-Za-z_][\w-]*/g

/** A token of a text in place of another: what grammars let through and their readers must refuse. */
const replaceToken: Mutation = (bytes, random, { corpus, dictionary }) => {
  const text = latin1(bytes)
  const tokens = [...text.matchAll(TOKEN)]
  if (tokens.length === 0) return bytes
  const token = random.pick(tokens)
  const others = [...latin1(random.pick(corpus)).matchAll(TOKEN)].map(([found]) => found)
  const other = random.pick([...others, ...dictionary, ...LITERALS])
  return join(bytes.subarray(0, token.index), bytesOf(other), bytes.subarray(token.index + token[0].length))
}

/** The beginning of one input and the end of another. */
const splice: Mutation = (bytes, random, { corpus }) => {
  const other = random.pick(corpus)
  return join(
    bytes.subarray(0, random.integer(0, bytes.length)),
    other.subarray(random.integer(0, other.length)),
  )
}

/** Two lines change places, or one is gone: what line-wise formats must notice. */
const shuffleLines: Mutation = (bytes, random) => {
  const lines = linesOf(bytes)
  if (lines.length < 2) return bytes
  const [a, b] = [random.integer(0, lines.length - 1), random.integer(0, lines.length - 1)]
  const moved = [...lines]
  if (random.chance(1, 3)) moved.splice(a, 1)
  else [moved[a], moved[b]] = [lines[b] as Uint8Array, lines[a] as Uint8Array]
  return join(...moved)
}

const MUTATIONS: readonly Mutation[] = [
  flipBit,
  flipBit,
  setByte,
  setNumber,
  cut,
  remove,
  repeat,
  insertWord,
  replaceByWord,
  replaceToken,
  replaceToken,
  replaceToken,
  splice,
  shuffleLines,
]

/** One to six mutations of an input of the corpus. */
export function mutated(random: RandomStream, context: MutationContext): Uint8Array {
  let bytes: Uint8Array = random.pick(context.corpus)
  for (let left = random.integer(1, 6); left > 0; left -= 1) {
    bytes = random.pick(MUTATIONS)(bytes, random, context)
  }
  return bytes.subarray(0, INPUT_BYTES_MAX)
}

function stretch(bytes: Uint8Array, random: RandomStream): readonly [number, number] {
  const from = random.integer(0, bytes.length)
  return [from, Math.min(bytes.length, from + random.integer(1, random.chance(1, 8) ? 4096 : 24))]
}

function join(...pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')

function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = []
  for (let from = 0; from < bytes.length && lines.length < 1000; ) {
    const end = bytes.indexOf(10, from)
    const to = end < 0 ? bytes.length : end + 1
    lines.push(bytes.subarray(from, to))
    from = to
  }
  return lines
}
