import { hexEncode, utf8Encode } from '@dr-drill/runbook-core'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  authenticate,
  canonicalRequest,
  EMPTY_SHA256,
  signatureOf,
  signingKey,
  stringToSign,
} from '../../src/s3/auth/index.ts'
import { parseQuery, uriDecode, uriEncode } from '../../src/s3/wire/uri.ts'
import { digests, NOW_MS, numRuns, requestOf, WRITER } from './support.ts'

/** The credentials and the moment of AWS's published test suite. */
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const TIMESTAMP = '20150830T123600Z'
const SCOPE = { day: '20150830', region: 'us-east-1', service: 'service' }

function signature(
  method: string,
  target: string,
  headers: Record<string, string>,
  payloadHash = EMPTY_SHA256,
): string {
  const [path = '/', query = ''] = target.split('?', 2)
  const all = new Map(Object.entries({ host: 'example.amazonaws.com', 'x-amz-date': TIMESTAMP, ...headers }))
  const canonical = canonicalRequest({
    method,
    canonicalPath: path,
    query: parseQuery(query),
    headers: all,
    signedHeaders: [...all.keys()].sort(),
    payloadHash,
  })
  return signatureOf(
    digests,
    signingKey(digests, SECRET, SCOPE),
    stringToSign(digests, TIMESTAMP, SCOPE, canonical),
  )
}

describe("AWS's published vectors", () => {
  test.each([
    ['get-vanilla', 'GET', '/', {}, '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    [
      'get-vanilla-query-order-key-case',
      'GET',
      '/?Param2=value2&Param1=value1',
      {},
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    ['post-vanilla', 'POST', '/', {}, '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
  ])('%s', (_, method, target, headers, expected) => {
    expect(signature(method, target, headers)).toBe(expected)
  })

  test('the documented signing key', () => {
    const key = signingKey(digests, 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', {
      day: '20120215',
      region: 'us-east-1',
      service: 'iam',
    })
    expect(hexEncode(key)).toBe('f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d')
  })
})

class Sha256 {
  readonly #secret: Uint8Array | null
  #bytes: Uint8Array = new Uint8Array(0)

  constructor(secret?: unknown) {
    const key = secret as Uint8Array | string | undefined
    this.#secret = key === undefined ? null : typeof key === 'string' ? utf8Encode(key) : new Uint8Array(key)
  }

  update(data: Uint8Array | string): void {
    const more = typeof data === 'string' ? utf8Encode(data) : new Uint8Array(data)
    const joined = new Uint8Array(this.#bytes.length + more.length)
    joined.set(this.#bytes)
    joined.set(more, this.#bytes.length)
    this.#bytes = joined
  }

  async digest(): Promise<Uint8Array> {
    if (this.#secret !== null) return digests.hmacSha256(this.#secret, this.#bytes)
    return Uint8Array.from(digests.sha256Hex(this.#bytes).match(/../g)!, (pair) => Number.parseInt(pair, 16))
  }

  reset(): void {
    this.#bytes = new Uint8Array(0)
  }
}

describe("the SDK's signer", () => {
  const signer = new SignatureV4({
    service: 's3',
    region: 'us-east-1',
    uriEscapePath: false,
    sha256: Sha256 as never,
    credentials: { accessKeyId: WRITER.accessKey, secretAccessKey: WRITER.secretKey },
  })
  const authority = { digests, credentials: new Map([[WRITER.accessKey, WRITER]]), wallNowMs: () => NOW_MS }
  const word = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
    .filter((text) => !/\p{Surrogate}/u.test(text))
  const asked = fc.record({
    method: fc.constantFrom('GET', 'PUT', 'HEAD', 'DELETE', 'POST'),
    key: fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join('/')),
    query: fc.dictionary(word, word, { maxKeys: 4 }),
    metadata: fc.string({ minLength: 0, maxLength: 20 }),
  })

  test('what it signs is accepted, and not when anything signed is changed (property)', async () => {
    await fc.assert(
      fc.asyncProperty(asked, async ({ method, key, query, metadata }) => {
        const path = `/bucket/${uriEncode(key, true)}`
        const signed = (await signer.sign(
          {
            method,
            protocol: 'http:',
            hostname: 's3.test',
            path,
            query,
            headers: {
              host: 's3.test',
              'x-amz-meta-note': metadata,
              'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
            },
          } as never,
          { signingDate: new Date(NOW_MS) },
        )) as unknown as { headers: Record<string, string> }
        const target = (pairs: Record<string, string>) =>
          `${path}?${Object.entries(pairs)
            .map(([name, value]) => `${uriEncode(name)}=${uriEncode(value)}`)
            .join('&')}`
        const request = requestOf(method, target(query), signed.headers)
        expect(authenticate(authority, request).credential).toBe(WRITER)
        for (const other of [
          { ...request, method: method === 'GET' ? 'PUT' : 'GET' },
          { ...request, rawPath: `${path}x` },
          { ...request, rawQuery: `${request.rawQuery}&versionId=other` },
          { ...request, headers: new Map([...request.headers, ['x-amz-meta-note', `${metadata}x`]]) },
        ]) {
          expect(() => authenticate(authority, other)).toThrow(/signature/)
        }
        const unsigned = { ...request, headers: new Map([...request.headers, ['x-amz-acl', 'private']]) }
        expect(() => authenticate(authority, unsigned)).toThrow(/not signed/)
      }),
      { numRuns: numRuns(40) },
    )
  })

  test('a presigned URL is good until it expires', async () => {
    const presigned = await signer.presign(
      {
        method: 'GET',
        protocol: 'http:',
        hostname: 's3.test',
        path: '/bucket/a%20b',
        query: {},
        headers: { host: 's3.test', 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
      } as never,
      { signingDate: new Date(NOW_MS), expiresIn: 60 },
    )
    const query = Object.entries(presigned.query as Record<string, string>)
      .map(([name, value]) => `${uriEncode(name)}=${uriEncode(value)}`)
      .join('&')
    const request = requestOf('GET', `/bucket/a%20b?${query}`)
    const at = (ms: number) => ({ ...authority, wallNowMs: () => NOW_MS + ms })
    expect(authenticate(at(59_000), request).credential).toBe(WRITER)
    expect(() => authenticate(at(61_000), request)).toThrow(/expired/)
    expect(() => authenticate(at(0), { ...request, rawPath: '/bucket/other' })).toThrow(/signature/)
  })

  test.each([
    ['no header', {}],
    ['another mechanism', { authorization: 'AWS writer:sig' }],
    ['nothing in it', { authorization: 'AWS4-HMAC-SHA256 ' }],
    [
      'no scope',
      {
        authorization: `AWS4-HMAC-SHA256 Credential=writer, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
      },
    ],
    ['any text', { authorization: '\u0000=,=,' }],
  ])('%s is a typed refusal', (_, headers) => {
    const request = requestOf('GET', '/', { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', ...headers })
    expect(() => authenticate(authority, request)).toThrow(expect.objectContaining({ name: 'S3Error' }))
  })
})

test('percent-encoding is undone by its inverse; broken escapes are refused (property)', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }).filter((text) => !/\p{Surrogate}/u.test(text)),
      (text) => {
        expect(uriDecode(uriEncode(text))).toBe(text)
        expect(uriDecode(uriEncode(text, true))).toBe(text)
      },
    ),
    { numRuns: numRuns(200) },
  )
  for (const broken of ['%', '%4', '%zz', '%ff', '%c0%af', '%ed%a0%80']) {
    expect(() => uriDecode(broken)).toThrow(expect.objectContaining({ code: 'InvalidURI' }))
  }
})
