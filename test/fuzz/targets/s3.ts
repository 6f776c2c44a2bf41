import { driveSync, environment, type PortHandlers } from '@dr-drill/runbook-core'
import { bodyOf, type S3Request, S3Service, SimulatedDisk } from '@dr-drill/simulator'
import { nativeS3Digests } from '@dr-drill/simulator/server'
import {
  canonicalRequest,
  signatureOf,
  signingKey,
  stringToSign,
} from '../../../packages/simulator/src/s3/auth/index.ts'
import { parseQuery, uriDecode, uriEncode } from '../../../packages/simulator/src/s3/wire/uri.ts'
import { driveBounded } from '../bounded.ts'
import { bytesOf, type FuzzTarget, textOf } from '../fuzz-target.ts'

const NOW_MS = Date.UTC(2026, 1, 11, 0, 5)
const TIMESTAMP = '20260211T000500Z'
const SCOPE = { day: '20260211', region: 'us-east-1', service: 's3' }
const CREDENTIAL = { accessKey: 'fuzz', secretKey: 'fuzz-secret', rights: 'read-write' } as const
const ROOTS = new Set(['buckets', 'uploads', 'temporary', 'etc'])

const DELETE =
  '<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Object><Key>a</Key></Object><Quiet>true</Quiet></Delete>'
const COMPLETE =
  '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"x"</ETag></Part></CompleteMultipartUpload>'

const REQUESTS = [
  'PUT /bucket\n\n',
  'PUT /bucket/a/b.txt\nx-amz-checksum-crc32: AAAAAA==\ncontent-type: text/plain\nx-amz-meta-who: me\n\nsome bytes',
  'GET /bucket/there\nrange: bytes=0-3\nif-none-match: "x"\n\n',
  'HEAD /bucket/there?versionId=null\n\n',
  'GET /bucket?list-type=2&prefix=a%2F&delimiter=%2F&max-keys=3&encoding-type=url\n\n',
  'GET /bucket?versions&key-marker=a&version-id-marker=null\n\n',
  `POST /bucket?delete\ncontent-md5: 1B2M2Y8AsgTpgAmY7PhCfg==\n\n${DELETE}`,
  'POST /bucket/there?uploads\n\n',
  `POST /bucket/there?uploadId=abc\n\n${COMPLETE}`,
  'PUT /bucket/copy\nx-amz-copy-source: /bucket/there\n\n',
  'PUT /bucket/chunked\nx-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\ncontent-encoding: aws-chunked\nx-amz-decoded-content-length: 4\nx-amz-trailer: x-amz-checksum-crc32\n\n4\r\nabcd\r\n0\r\nx-amz-checksum-crc32:7YLNEQ==\r\n\r\n',
  'DELETE /bucket/there\n\n',
]

/** A request of HTTP/1.1 written down: request line, headers, an empty line, the body. */
function requestOf(input: Uint8Array): S3Request | null {
  const cut = indexOfBlankLine(input)
  const [line = '', ...rest] = textOf(input.subarray(0, cut)).split('\n')
  const [method = '', target = ''] = line.split(' ')
  // What the front itself would not let through is no request.
  if (!/^[A-Z]+$/.test(method) || !/^\/[\x21-\x7e]*$/.test(target)) return null
  const [rawPath = '/', rawQuery = ''] = target.split('?', 2)
  const headers = new Map<string, string>([['host', 's3.test']])
  for (const header of rest) {
    const colon = header.indexOf(':')
    const name = header.slice(0, colon).toLowerCase()
    if (/^[a-z0-9-]+$/.test(name) && !/[\0\r]/.test(header)) headers.set(name, header.slice(colon + 1).trim())
  }
  return { method, rawPath, rawQuery, headers, body: bodyOf(input.subarray(cut + 2)) }
}

function indexOfBlankLine(input: Uint8Array): number {
  for (let at = 0; at + 1 < input.length; at += 1) if (input[at] === 10 && input[at + 1] === 10) return at
  return input.length
}

/** Signed, so that what is wrong with it is not only its signature; where it cannot be signed it stays as it is. */
function signed(request: S3Request): S3Request {
  const headers = new Map(request.headers)
  headers.set('x-amz-date', TIMESTAMP)
  if (!headers.has('x-amz-content-sha256')) headers.set('x-amz-content-sha256', 'UNSIGNED-PAYLOAD')
  const signedHeaders = [...headers.keys()].filter((name) => name !== 'authorization').sort()
  try {
    const canonical = canonicalRequest({
      method: request.method,
      canonicalPath: uriEncode(uriDecode(request.rawPath), true),
      query: parseQuery(request.rawQuery),
      headers,
      signedHeaders,
      payloadHash: headers.get('x-amz-content-sha256') ?? '',
    })
    const signature = signatureOf(
      nativeS3Digests,
      signingKey(nativeS3Digests, CREDENTIAL.secretKey, SCOPE),
      stringToSign(nativeS3Digests, TIMESTAMP, SCOPE, canonical),
    )
    headers.set(
      'authorization',
      `AWS4-HMAC-SHA256 Credential=${CREDENTIAL.accessKey}/${SCOPE.day}/${SCOPE.region}/${SCOPE.service}/aws4_request, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`,
    )
  } catch {
    return request
  }
  return { ...request, headers }
}

const prepared = preparedDisk()

function preparedDisk(): SimulatedDisk {
  const disk = new SimulatedDisk()
  disk.place('/etc/untouched', new Uint8Array([1]))
  const service = serviceOn(disk)
  driveSync(service.ensureBucket('bucket', 'enabled'), environment({}))
  const put = requestOf(bytesOf('PUT /bucket/there\n\nbytes of an object'))
  if (put !== null) driveBounded(service.handle(signed(put)), environment({}))
  return disk
}

function serviceOn(disk: SimulatedDisk): S3Service {
  return new S3Service({
    environment: environment({ FileSystem: disk.handlers() as unknown as PortHandlers }),
    credentials: [CREDENTIAL],
    historyNowMs: () => NOW_MS,
    wallNowMs: () => NOW_MS,
    digests: nativeS3Digests,
    onFailure: (failure) => {
      throw failure
    },
  })
}

/** A signed request to the embedded S3: every one is answered, and nothing is written beside its own directories. */
export const s3Request: FuzzTarget = {
  name: 's3-request',
  corpus: REQUESTS.map(bytesOf),
  dictionary: [
    '..%2f',
    '%2e%2e/',
    '%00',
    '/../',
    '?versionId=',
    '&max-keys=-1',
    'x-amz-',
    'bytes=-',
    'bytes=99999999999-',
    '<!DOCTYPE a [<!ENTITY b "c">]>',
    '<Object><Key>',
    ']]>',
    '&#x0;',
    '&lt;',
    'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    'ffffffff;chunk-signature=',
    '\r\n',
    '10001',
    'partNumber=0',
  ],
  read(input) {
    const request = requestOf(input)
    if (request === null) return 'no request'
    const disk = prepared.fork()
    const response = driveBounded(serviceOn(disk).handle(signed(request)), environment({}))
    if (response.body.kind === 'object') response.body.object.release()
    for (const { name } of disk.handlers().list({ path: '/' })) {
      if (!ROOTS.has(name)) throw new Error(`it wrote outside its directories: /${name}`)
    }
    const etc = disk.handlers().list({ path: '/etc' })
    if (etc.length !== 1) throw new Error('it wrote outside its directories: /etc')
    const code =
      response.body.kind === 'bytes' ? (/<Code>(\w+)/.exec(textOf(response.body.bytes))?.[1] ?? '') : ''
    return `${response.status} ${code}`
  },
}
