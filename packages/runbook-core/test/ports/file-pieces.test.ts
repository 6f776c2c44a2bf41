import {
  driveAsync,
  driveSync,
  type Environment,
  environment,
  FilePieces,
  type FileRange,
  type FileSystemContract,
  OperatingError,
  PIECE_BYTES,
  type Task,
  unwrap,
} from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

type ReadInput = Parameters<FileSystemContract['read']>[0]

/** A file of `sizeBytes` bytes of which no two neighbours within a piece are alike. */
function contentOf(sizeBytes: number): Uint8Array {
  return Uint8Array.from({ length: sizeBytes }, (_, at) => (at * 7 + (at >>> 8) * 3 + (at >>> 16)) & 0xff)
}

/**
 * Reads into what is lent and scribbles over all of it first, as a handler may: whoever still looks at the bytes of the last answer but
 * one sees that they are gone.
 */
function lending(content: Uint8Array, seen: ReadInput[] = []): Environment {
  const read = (input: ReadInput): Uint8Array => {
    seen.push(input)
    const found = content.slice(input.offset, input.offset + input.length)
    if (input.into === undefined) return found
    input.into.fill(0xee)
    input.into.set(found)
    return input.into.subarray(0, found.length)
  }
  return environment({ FileSystem: { read } as never })
}

/** Gives bytes of its own, whatever is lent. */
const owning = (content: Uint8Array): Environment =>
  environment({
    FileSystem: { read: ({ offset, length }: ReadInput) => content.slice(offset, offset + length) } as never,
  })

/** The sizes of the pieces, after comparing each with the content. */
function* sizesOf(range: FileRange, content: Uint8Array): Task<number[]> {
  const pieces = new FilePieces(range)
  const sizes: number[] = []
  let offset = range.offset ?? 0
  for (let bytes = yield* pieces.next(); bytes !== null; bytes = yield* pieces.next()) {
    expect(Buffer.compare(bytes, content.subarray(offset, offset + bytes.length))).toBe(0)
    sizes.push(bytes.length)
    offset += bytes.length
  }
  expect(yield* pieces.next()).toBe(null)
  return sizes
}

/** The value of a task under the synchronous driver. */
function ran<A>(task: Task<A>, ports: Environment): A {
  const exit = driveSync(task, ports)
  if (exit === null) throw new Error('the task waits for ever')
  return unwrap(exit)
}

const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0)
const content = contentOf(3 * PIECE_BYTES + 1_234)
const numRuns = process.env.DRILL_TEST_LONG === '1' ? 500 : 25

describe('a file read piece by piece', () => {
  test('gives every byte of its range once and in order, whoever owns the memory, under both drivers', async () => {
    const edge = (limit: number) =>
      fc.oneof(
        fc.integer({ min: 0, max: limit }),
        fc.constantFrom(0, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 2 * PIECE_BYTES, 3 * PIECE_BYTES),
      )
    const property = fc.asyncProperty(
      edge(content.length),
      edge(content.length),
      fc.boolean(),
      fc.boolean(),
      async (sizeBytes, from, isEndKnown, lends) => {
        const file = content.subarray(0, sizeBytes)
        const offset = Math.min(from, sizeBytes)
        const ports = lends ? lending(file) : owning(file)
        const range = { path: '/f', offset, end: isEndKnown ? sizeBytes : null }
        const sizes = ran(sizesOf(range, file), ports)
        expect(sum(sizes)).toBe(sizeBytes - offset)
        expect(sizes.slice(0, -1).every((size) => size === PIECE_BYTES)).toBe(true)
        expect(unwrap(await driveAsync(sizesOf(range, file), ports))).toEqual(sizes)
      },
    )
    await fc.assert(property, { numRuns })
  })

  test('takes memory of its own only when it is longer than one piece, and then always the same', () => {
    const short: ReadInput[] = []
    const one = content.subarray(0, PIECE_BYTES)
    ran(sizesOf({ path: '/f', end: PIECE_BYTES }, one), lending(one, short))
    expect(short.map(({ into }) => into)).toEqual([undefined])
    const long: ReadInput[] = []
    ran(sizesOf({ path: '/f', end: content.length }, content), lending(content, long))
    expect(new Set(long.map(({ into }) => into?.buffer)).size).toBe(2)
    expect(long.length).toBe(4)
  })

  test('is being read on while a piece is looked at', () => {
    const seen: ReadInput[] = []
    const asked: number[] = []
    function* look(): Task<void> {
      const pieces = new FilePieces({ path: '/f', end: null })
      while ((yield* pieces.next()) !== null) asked.push(seen.length)
    }
    ran(look(), lending(content, seen))
    expect(asked).toEqual([2, 3, 4, 4])
  })

  test('that becomes shorter under a known end is an error, not a shorter file', () => {
    const range = { path: '/f', end: content.length + 1 }
    const run = () => ran(sizesOf(range, content), lending(content))
    expect(run).toThrowError(expect.objectContaining({ code: 'input-output' }))
  })

  test('that cannot be read further fails where the bytes are asked for', () => {
    const read = ({ offset, length }: ReadInput): Uint8Array => {
      if (offset > 0) throw new OperatingError('input-output', 'the medium fails')
      return content.slice(offset, offset + length)
    }
    function* firstThenAll(): Task<string> {
      const pieces = new FilePieces({ path: '/f', end: content.length })
      const bytes = yield* pieces.next()
      expect(bytes?.length).toBe(PIECE_BYTES)
      try {
        yield* pieces.next()
      } catch (thrown) {
        return (thrown as OperatingError).code
      }
      return 'no error'
    }
    const ports = environment({ FileSystem: { read } as never })
    expect(ran(firstThenAll(), ports)).toBe('input-output')
  })
})
