import { driveSync, environment, hexEncode, unwrap, utf8Encode } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ChunkSignatures, signatureOf, signingKey } from '../../src/s3/auth/index.ts'
import { S3Error } from '../../src/s3/index.ts'
import { ChunkedDecoder } from '../../src/s3/wire/chunked.ts'
import { bodyOf } from '../../src/s3/wire/request.ts'
import { xmlDocument } from '../../src/s3/wire/xml.ts'
import {
  completeShape,
  deleteShape,
  parseXml,
  readSmallBody,
  versioningShape,
} from '../../src/s3/wire/xml-read.ts'
import { digests, numRuns } from './support.ts'

/** The example of "Signature Calculations: Transferring a Payload in Multiple Chunks" of the S3 reference. */
const SCOPE = { day: '20130524', region: 'us-east-1', service: 's3' }
const SEED = '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9'
const CHUNKS = [
  ['ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648', 65536],
  ['0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497', 1024],
  ['b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9', 0],
] as const

const chain = () => {
  const key = signingKey(digests, 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', SCOPE)
  return new ChunkSignatures(digests, key, '20130524T000000Z', SCOPE, SEED)
}

/** The example's body. */
function documented(): Uint8Array {
  const parts = CHUNKS.map(
    ([signature, size]) => `${size.toString(16)};chunk-signature=${signature}\r\n${'a'.repeat(size)}\r\n`,
  )
  return utf8Encode(parts.join(''))
}

function decode(decoder: ChunkedDecoder, body: Uint8Array, cuts: readonly number[]): Uint8Array {
  const data: Uint8Array[] = []
  const places = [...new Set([0, ...cuts.map((cut) => cut % (body.length + 1)), body.length])].sort(
    (a, b) => a - b,
  )
  for (let index = 1; index < places.length; index += 1) {
    data.push(...decoder.feed(body.subarray(places[index - 1], places[index])))
  }
  decoder.finish()
  return Buffer.concat(data)
}

describe('aws-chunked', () => {
  test("the reference's example passes, cut anywhere; a changed byte does not (property)", () => {
    const body = documented()
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 6 }), fc.nat(), (cuts, flip) => {
        expect(decode(new ChunkedDecoder(digests, chain()), body, cuts)).toEqual(
          Buffer.from('a'.repeat(66560)),
        )
        const changed = body.slice()
        const at = flip % body.length
        changed[at] = changed[at]! ^ 1
        expect(() => decode(new ChunkedDecoder(digests, chain()), changed, cuts)).toThrow(S3Error)
      }),
      { numRuns: numRuns(10) },
    )
  })

  test('signed trailers are checked', () => {
    const key = signingKey(digests, 'secret', SCOPE)
    const make = () => new ChunkSignatures(digests, key, '20130524T000000Z', SCOPE, SEED)
    const sign = (previous: string, ...rest: string[]) =>
      signatureOf(
        digests,
        key,
        [rest[0], '20130524T000000Z', '20130524/us-east-1/s3/aws4_request', previous, ...rest.slice(1)].join(
          '\n',
        ),
      )
    const empty = digests.sha256Hex(new Uint8Array(0))
    const last = sign(SEED, 'AWS4-HMAC-SHA256-PAYLOAD', empty, empty)
    const trailer = 'x-amz-checksum-crc32:AAAAAA=='
    const signature = sign(last, 'AWS4-HMAC-SHA256-TRAILER', digests.sha256Hex(utf8Encode(`${trailer}\n`)))
    const body = (text: string) =>
      utf8Encode(`0;chunk-signature=${last}\r\n${text}\r\nx-amz-trailer-signature:${signature}\r\n\r\n`)
    const decoder = new ChunkedDecoder(digests, make())
    decode(decoder, body(trailer), [])
    expect([...decoder.trailers]).toEqual([['x-amz-checksum-crc32', 'AAAAAA==']])
    const forged = () =>
      decode(new ChunkedDecoder(digests, make()), body('x-amz-checksum-crc32:AAAAAQ=='), [])
    expect(forged).toThrow(expect.objectContaining({ code: 'SignatureDoesNotMatch' }))
  })

  test('unsigned framing of any data, cut anywhere, gives the data back (property)', () => {
    const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { maxLength: 6 })
    fc.assert(
      fc.property(chunks, fc.array(fc.nat(), { maxLength: 8 }), (pieces, cuts) => {
        const frames = pieces.flatMap((piece) => [
          Buffer.from(`${piece.length.toString(16)}\r\n`),
          piece,
          Buffer.from('\r\n'),
        ])
        const body = Buffer.concat([...frames, Buffer.from('0\r\nx-amz-checksum-crc32: AAAAAA== \r\n\r\n')])
        const decoder = new ChunkedDecoder(digests, null)
        expect(Buffer.from(decode(decoder, body, cuts))).toEqual(Buffer.concat(pieces))
        expect(decoder.trailers.get('x-amz-checksum-crc32')).toBe('AAAAAA==')
        const short = body.subarray(0, body.length - 1)
        expect(() => decode(new ChunkedDecoder(digests, null), short, [])).toThrow(S3Error)
      }),
      { numRuns: numRuns(100) },
    )
  })

  test('any bytes are data or a typed refusal, and memory stays bounded (property)', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .array(
          fc.constantFrom('0', '5', 'f', '\r\n', '\n', ';chunk-signature=', ':', 'a', ' ', 'ffffffffffff'),
          { maxLength: 30 },
        )
        .map((words) => utf8Encode(words.join(''))),
    )
    fc.assert(
      fc.property(noise, fc.boolean(), (bytes, signed) => {
        try {
          decode(new ChunkedDecoder(digests, signed ? chain() : null), bytes, [])
        } catch (error) {
          expect(error).toBeInstanceOf(S3Error)
        }
      }),
      { numRuns: numRuns(500) },
    )
    const endless = new ChunkedDecoder(digests, null)
    expect(() => endless.feed(new Uint8Array(2000).fill(0x30))).toThrow(S3Error)
  })
})

describe('XML of clients', () => {
  test('any text is a document or MalformedXML (property)', () => {
    const words = fc.constantFrom(
      ...'<Delete> </Delete> <Object> </Object> <Key> </Key> a &amp; &#0; &#xD; <![CDATA[ ]]> <!DOCTYPE <!ENTITY <?xml ?> <__proto__> </__proto__> <constructor/> " \' \u{1f600} Quiet="true"'.split(
        ' ',
      ),
    )
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(words, { maxLength: 20 }).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(text, (document) => {
        for (const shape of [deleteShape, completeShape, versioningShape]) {
          try {
            parseXml(utf8Encode(document), shape as never)
          } catch (error) {
            expect(error).toMatchObject({ name: 'S3Error', code: 'MalformedXML' })
          }
        }
      }),
      { numRuns: numRuns(300) },
    )
  })

  test('any key that is written is read back, a thousand at a time (property)', () => {
    const key = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .filter((text) => !/\p{Surrogate}|[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/u.test(text))
    fc.assert(
      fc.property(fc.array(key, { minLength: 1, maxLength: 10 }), (keys) => {
        const many = Array.from({ length: 1000 }, (_, index) => keys[index % keys.length]!)
        const bytes = xmlDocument(['Delete', many.map((text) => ['Object', [['Key', text]]] as const)])
        expect(parseXml(bytes, deleteShape).Delete.Object.map(({ Key }) => Key)).toEqual(many)
      }),
      { numRuns: numRuns(3) },
    )
  })

  test.each([
    ['entities', '<!DOCTYPE a [<!ENTITY x "y">]><Delete><Object><Key>&x;</Key></Object></Delete>'],
    ['more than a thousand keys', `<Delete>${'<Object><Key>k</Key></Object>'.repeat(1001)}</Delete>`],
    ['deep nesting', `${'<a>'.repeat(5000)}${'</a>'.repeat(5000)}`],
  ])('%s are refused', (_, document) => {
    expect(() => parseXml(utf8Encode(document), deleteShape)).toThrow(
      expect.objectContaining({ code: 'MalformedXML' }),
    )
  })

  test('a document that is too large is not read to its end', () => {
    const exit = driveSync(readSmallBody(bodyOf(new Uint8Array(100)), 99), environment({}))
    expect(() => unwrap(exit!)).toThrow(expect.objectContaining({ code: 'MalformedXML' }))
    expect(hexEncode(unwrap(driveSync(readSmallBody(bodyOf(new Uint8Array(2)), 2), environment({}))!))).toBe(
      '0000',
    )
  })
})
