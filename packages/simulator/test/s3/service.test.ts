import { driveSync, environment, unwrap } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SimulatedDisk } from '../../src/disk/index.ts'
import {
  canonicalRequest,
  scopeText,
  signatureOf,
  signingKey,
  stringToSign,
} from '../../src/s3/auth/index.ts'
import { READ_OPERATIONS, type S3Response, S3Service, WRITE_OPERATIONS } from '../../src/s3/index.ts'
import { OPERATIONS } from '../../src/s3/operations/index.ts'
import { parseQuery, uriDecode, uriEncode } from '../../src/s3/wire/uri.ts'
import { digests, NOW_MS, numRuns, READER, requestOf, textOf, WRITER } from './support.ts'

const TIMESTAMP = '20260211T000500Z'
const SCOPE = { day: '20260211', region: 'us-east-1', service: 's3' }

/** A service that must never fail: whatever is no answer of S3 is thrown. */
function strictService(): S3Service {
  return new S3Service({
    environment: environment({ FileSystem: new SimulatedDisk().handlers() }),
    credentials: [WRITER, READER],
    historyNowMs: () => NOW_MS,
    wallNowMs: () => NOW_MS,
    onFailure: (failure) => {
      throw failure
    },
  })
}

interface Asked {
  readonly method: string
  readonly target: string
  readonly headers: Record<string, string>
  readonly body: Uint8Array
}

/** Sends a request, signed unless its target cannot be read. */
function send(service: S3Service, { method, target, headers, body }: Asked): S3Response {
  const all: Record<string, string> = {
    'x-amz-date': TIMESTAMP,
    'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
    'content-length': String(body.length),
    ...headers,
  }
  const request = requestOf(method, target, all, body)
  try {
    const signedHeaders = [...request.headers.keys()].sort()
    const canonical = canonicalRequest({
      method,
      canonicalPath: uriEncode(uriDecode(request.rawPath), true),
      query: parseQuery(request.rawQuery),
      headers: request.headers,
      signedHeaders,
      payloadHash: all['x-amz-content-sha256'] as string,
    })
    const signature = signatureOf(
      digests,
      signingKey(digests, WRITER.secretKey, SCOPE),
      stringToSign(digests, TIMESTAMP, SCOPE, canonical),
    )
    const authorization = `AWS4-HMAC-SHA256 Credential=${WRITER.accessKey}/${scopeText(SCOPE)}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`
    ;(request.headers as Map<string, string>).set('authorization', authorization)
  } catch {
    // Left unsigned: broken escapes are refused anyway.
  }
  return unwrap(driveSync(service.handle(request), environment({}))!)
}

const word = fc.oneof(
  fc.constantFrom(
    '',
    '..',
    '%2e%2e',
    '%00',
    '%ff',
    'null',
    '0',
    '1',
    '-1',
    '99999999999999999999',
    'bytes=0-',
    'url',
    '/',
  ),
  fc.string({ unit: 'grapheme-ascii', maxLength: 10 }).map((text) => encodeURIComponent(text)),
)
const parameter = fc.constantFrom(
  ...'uploads uploadId partNumber versionId versioning versions location delete list-type prefix delimiter max-keys marker key-marker version-id-marker continuation-token start-after encoding-type acl tagging X-Amz-Signature X-Amz-Algorithm'.split(
    ' ',
  ),
)
const header = fc.constantFrom(
  ...'range if-match if-none-match if-modified-since content-md5 content-length x-amz-copy-source x-amz-copy-source-range x-amz-metadata-directive x-amz-checksum-crc32 x-amz-checksum-type x-amz-checksum-algorithm x-amz-trailer x-amz-decoded-content-length x-amz-sdk-checksum-algorithm x-amz-meta-__proto__ content-encoding'.split(
    ' ',
  ),
)
const body = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc
    .constantFrom(
      '<Delete><Object><Key>k</Key></Object></Delete>',
      '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part></CompleteMultipartUpload>',
      '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
      '4\r\n1234\r\n0\r\n\r\n',
    )
    .map((text) => new TextEncoder().encode(text)),
)
const asked: fc.Arbitrary<Asked> = fc.record({
  method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'PATCH'),
  target: fc
    .tuple(
      fc.constantFrom('', 'bucket', 'bucket', 'bucket', '..', 'UPPER'),
      fc.array(fc.oneof(fc.constantFrom('k', 'k', 'dir'), word), { maxLength: 3 }),
      fc.dictionary(parameter, word, { maxKeys: 3 }),
    )
    .map(([bucket, key, query]) => {
      const pairs = Object.entries(query).map(([name, value]) => `${name}=${value}`)
      return `/${[bucket, ...key].join('/')}?${pairs.join('&')}`
    }),
  headers: fc
    .tuple(
      fc.dictionary(
        header,
        fc.oneof(word, fc.constantFrom('/bucket/k', '*', 'REPLACE', 'CRC32', 'AAAAAA==')),
        { maxKeys: 3 },
      ),
      fc.constantFrom(
        'UNSIGNED-PAYLOAD',
        'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
        'x',
      ),
    )
    .map(([headers, hash]) => ({ ...headers, 'x-amz-content-sha256': hash })),
  body,
})

describe('any sequence of requests', () => {
  test('is answered by S3’s own answers, and the service keeps serving (property)', () => {
    fc.assert(
      fc.property(fc.array(asked, { minLength: 1, maxLength: 12 }), (requests) => {
        const service = strictService()
        const make = (method: string, target: string) =>
          send(service, { method, target, headers: {}, body: new Uint8Array(3) })
        make('PUT', '/bucket')
        make('PUT', '/bucket/k')
        for (const request of requests) {
          const response = send(service, request)
          expect(response.status).toBeGreaterThanOrEqual(200)
          expect(response.headers['x-amz-request-id']).toMatch(/^[0-9A-F]{16}$/)
          if (response.status >= 400 && request.method !== 'HEAD') {
            expect(textOf(response)).toMatch(/<Error><Code>[A-Za-z0-9]+<\/Code><Message>[^<]+<\/Message>/)
          }
          if (response.body.kind === 'object') response.body.object.release()
        }
        make('PUT', '/bucket')
        expect(make('PUT', '/bucket/last').status).toBe(200)
        const last = make('GET', '/bucket/last')
        expect(last).toMatchObject({ status: 200, headers: { 'content-length': '3' } })
      }),
      { numRuns: numRuns(150) },
    )
  })
})

test('every operation has a handler, and reads and writes are told apart', () => {
  expect(Object.keys(OPERATIONS).sort()).toEqual([...READ_OPERATIONS, ...WRITE_OPERATIONS].sort())
})
