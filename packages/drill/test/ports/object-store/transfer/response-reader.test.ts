import { OperatingError } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ResponseHead } from '../../../../src/ports/object-store/transfer/index.ts'
import { HEAD_BYTES_MAX } from '../../../../src/ports/object-store/transfer/response-head.ts'
import { ResponseReader } from '../../../../src/ports/object-store/transfer/response-reader.ts'

const numRuns = process.env.DRILL_TEST_LONG === '1' ? 5_000 : 300

/** Collects copies, and sometimes holds back what follows. */
class Collecting {
  head: ResponseHead | null = null
  lengthBytes: number | null = null
  readonly pieces: Buffer[] = []
  readonly #holdsEach: number

  constructor(holdsEach = 0) {
    this.#holdsEach = holdsEach
  }

  begin(head: ResponseHead, lengthBytes: number | null): Promise<void> | undefined {
    this.head = head
    this.lengthBytes = lengthBytes
    return this.#holdsEach > 0 ? Promise.resolve() : undefined
  }

  add(bytes: Uint8Array): Promise<void> | undefined {
    this.pieces.push(Buffer.from(bytes))
    return this.#holdsEach > 0 && this.pieces.length % this.#holdsEach === 0 ? Promise.resolve() : undefined
  }

  get body(): Buffer {
    return Buffer.concat(this.pieces)
  }
}

/** Hands the bytes over in pieces of these sizes, in turn, each in memory that is overwritten as soon as the reader lets go of it. */
async function feed(reader: ResponseReader, bytes: Buffer, sizes: readonly number[]): Promise<void> {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1
    const piece = Buffer.from(bytes.subarray(at, at + size))
    await reader.take(piece)
    piece.fill(0xee)
    at += size
  }
}

const splits = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 5 })
const bodies = fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes))

function chunked(body: Buffer, sizes: readonly number[]): Buffer {
  const parts: Buffer[] = []
  for (let at = 0, turn = 0; at < body.length; turn += 1) {
    const piece = body.subarray(at, at + (sizes[turn % sizes.length] ?? 1))
    parts.push(Buffer.from(`${piece.length.toString(16)}${turn % 2 ? ';name=value' : ''}\r\n`), piece)
    parts.push(Buffer.from('\r\n'))
    at += piece.length
  }
  return Buffer.concat([...parts, Buffer.from('0\r\nx-trailer: 1\r\n\r\n')])
}

describe('any answer, cut into any pieces', () => {
  test('gives its body, and knows where it ends', async () => {
    const framings = fc.constantFrom('length', 'chunked', 'close')
    const interims = fc.integer({ min: 0, max: 3 })
    const property = fc.asyncProperty(
      bodies,
      framings,
      splits,
      splits,
      interims,
      fc.integer({ min: 0, max: 3 }),
      async (body, framing, cuts, chunkSizes, interim, holdsEach) => {
        const header = {
          length: `content-length: ${body.length}`,
          chunked: 'Transfer-Encoding: Chunked',
          close: 'x: y',
        }
        const before = 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(interim)
        const head = `${before}HTTP/1.1 200 OK\r\nETag:  "e" \r\n${header[framing]}\r\n\r\n`
        const sent = framing === 'chunked' ? chunked(body, chunkSizes) : body
        const collected = new Collecting(holdsEach)
        const reader = new ResponseReader(collected)
        await feed(reader, Buffer.concat([Buffer.from(head), sent]), cuts)
        expect(collected.body.equals(body)).toBe(true)
        expect(collected.head).toMatchObject({ status: 200, headers: { etag: '"e"' } })
        expect(collected.lengthBytes).toBe(framing === 'length' ? body.length : null)
        expect(reader.isComplete).toBe(framing !== 'close')
        expect(reader.endsWithConnection()).toBe(framing === 'close')
        expect(reader.leavesConnectionUsable).toBe(framing !== 'close')
      },
    )
    await fc.assert(property, { numRuns })
  })

  test('is told apart from what follows it', async () => {
    const reader = new ResponseReader(new Collecting())
    await feed(reader, Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nabc'), [1_000])
    expect(reader.isComplete).toBe(true)
    expect(reader.leavesConnectionUsable).toBe(false)
  })
})

/** What reading ends with: an error's code, or nothing. */
async function outcomeOf(bytes: Buffer, cuts: readonly number[] = [1_000]): Promise<string> {
  try {
    await feed(new ResponseReader(new Collecting()), bytes, cuts)
    return 'read'
  } catch (thrown) {
    if (thrown instanceof OperatingError) return thrown.code
    throw thrown
  }
}

test('whatever comes, it is read or refused, and nothing else is thrown', async () => {
  const lines = fc.array(
    fc.oneof(
      fc.constantFrom('HTTP/1.1 200 OK', 'HTTP/1.0 200', 'content-length: 5', 'content-length: 00', 'a:b'),
      fc.constantFrom('transfer-encoding: chunked', 'transfer-encoding: gzip', '', '5', 'ffffffffffff', '-1'),
      fc.string({ maxLength: 20 }),
    ),
    { maxLength: 8 },
  )
  const texts = lines.map((all) => Buffer.from(all.join('\r\n')))
  const any = fc.oneof(
    texts,
    fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
  )
  await fc.assert(
    fc.asyncProperty(any, splits, async (bytes, cuts) => {
      expect(['read', 'response-invalid']).toContain(await outcomeOf(bytes, cuts))
    }),
    { numRuns },
  )
})

const answer = (...lines: string[]) => Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)

test.each([
  ['no status line', Buffer.from('SSH-2.0-OpenSSH_9.2\r\n')],
  ['another version', answer('HTTP/2.0 200 OK')],
  ['a status that is none', answer('HTTP/1.1 2000 OK')],
  ['a folded header', answer('HTTP/1.1 200 OK', 'a: b', ' c')],
  ['a blank before the colon', answer('HTTP/1.1 200 OK', 'content-length : 5')],
  ['a bare line end in a header', answer('HTTP/1.1 200 OK', 'a: b\nc: d')],
  ['two lengths', answer('HTTP/1.1 200 OK', 'content-length: 5', 'Content-Length: 6')],
  ['a length and a coding', answer('HTTP/1.1 200 OK', 'content-length: 5', 'transfer-encoding: chunked')],
  ['a negative length', answer('HTTP/1.1 200 OK', 'content-length: -5')],
  ['a length beyond all numbers', answer('HTTP/1.1 200 OK', `content-length: ${'9'.repeat(30)}`)],
  ['an unknown coding', answer('HTTP/1.1 200 OK', 'transfer-encoding: gzip, chunked')],
  ['chunks from HTTP/1.0', answer('HTTP/1.0 200 OK', 'transfer-encoding: chunked')],
  ['another protocol', answer('HTTP/1.1 101 Switching Protocols')],
  ['only interim answers', Buffer.from('HTTP/1.1 100 Continue\r\n\r\n'.repeat(9))],
  ['too many headers', answer('HTTP/1.1 200 OK', ...Array.from({ length: 300 }, (_, at) => `h${at}: v`))],
  ['a head without end', Buffer.from(`HTTP/1.1 200 OK\r\na: ${'b'.repeat(HEAD_BYTES_MAX)}`)],
  ['a chunk without a size', Buffer.from('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nz\r\n')],
  [
    'a chunk longer than it says',
    Buffer.from('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n'),
  ],
  [
    'a chunk of a size without end',
    Buffer.from(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;${'a'.repeat(2_000)}`),
  ],
])('%s is refused', async (_, bytes) => {
  expect(await outcomeOf(bytes)).toBe('response-invalid')
  expect(await outcomeOf(bytes, [1])).toBe('response-invalid')
})
