import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { utf8Encode } from '@dr-drill/runbook-core'
import { type S3FaultAction, s3Fault } from '@dr-drill/simulator'
import { nativeS3Digests as digests, STATISTICS_PATH, startS3Server } from '@dr-drill/simulator/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  canonicalRequest,
  scopeText,
  signatureOf,
  signingKey,
  stringToSign,
} from '../../../src/s3/auth/index.ts'
import { failureOf, Harness, READER, WRITER } from './harness.ts'

const harness = new Harness()
const Bucket = 'wire'
const HISTORY_MS = Date.UTC(2026, 1, 11, 0, 5, 0)
const send: Harness['client']['send'] = ((command: never) => harness.client.send(command)) as never
const put = (Key: string, Body: string) => send(new PutObjectCommand({ Bucket, Key, Body }))
const text = async (Key: string) =>
  (await send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToString()

beforeAll(async () => {
  await harness.start({ adminToken: 'token', historyClock: () => HISTORY_MS, idleMs: 300 })
  await send(new CreateBucketCommand({ Bucket }))
})
afterAll(() => harness.stop())

/** A request signed by hand. */
function signed(
  method: string,
  path: string,
  payloadHash: string,
  more: Record<string, string> = {},
  credential = WRITER as { accessKey: string; secretKey: string },
) {
  const timestamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const scope = { day: timestamp.slice(0, 8), region: 'eu-west-1', service: 's3' }
  const headers: Record<string, string> = {
    host: new URL(harness.server.url).host,
    'x-amz-date': timestamp,
    'x-amz-content-sha256': payloadHash,
    ...more,
  }
  const signedHeaders = Object.keys(headers).sort()
  const canonical = canonicalRequest({
    method,
    canonicalPath: path,
    query: [],
    headers: new Map(Object.entries(headers)),
    signedHeaders,
    payloadHash,
  })
  const key = signingKey(digests, credential.secretKey, scope)
  const signature = signatureOf(digests, key, stringToSign(digests, timestamp, scope, canonical))
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential.accessKey}/${scopeText(scope)}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`
  return { headers: { ...headers, authorization }, key, timestamp, scope, signature }
}

/** A body in signed chunks, as `STREAMING-AWS4-HMAC-SHA256-PAYLOAD` wants it. */
function signedChunks(
  { key, timestamp, scope, signature }: ReturnType<typeof signed>,
  pieces: readonly string[],
): string {
  const empty = digests.sha256Hex(new Uint8Array(0))
  let previous = signature
  return [...pieces, '']
    .map((piece) => {
      const hash = digests.sha256Hex(utf8Encode(piece))
      previous = signatureOf(
        digests,
        key,
        ['AWS4-HMAC-SHA256-PAYLOAD', timestamp, scopeText(scope), previous, empty, hash].join('\n'),
      )
      return `${piece.length.toString(16)};chunk-signature=${previous}\r\n${piece}\r\n`
    })
    .join('')
}

async function fetched(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: string | Uint8Array,
) {
  const response = await fetch(harness.server.url + path, { method, headers, body: (body ?? null) as never })
  const answer = await response.text()
  return {
    status: response.status,
    code: /<Code>(.*?)<\/Code>/.exec(answer)?.[1],
    text: answer,
    headers: response.headers,
  }
}

/** Sends bytes as they are and gives all that comes back until the connection ends. */
function raw(lines: string, more: { thenWait?: boolean } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const { port, hostname } = new URL(harness.server.url)
    const socket = connect(Number(port), hostname, () => socket.write(lines))
    let answer = ''
    socket.on('data', (bytes) => {
      answer += bytes.toString('latin1')
      if (more.thenWait !== true && answer.includes('\r\n\r\n')) socket.end()
    })
    socket.on('close', () => resolve(answer))
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' ? resolve(answer) : reject(error),
    )
  })
}

describe('payloads', () => {
  const length = (text: string) => ({
    'x-amz-decoded-content-length': String(text.length),
    'content-encoding': 'aws-chunked',
  })

  test('signed chunks are taken; a forged one is refused and nothing is stored', async () => {
    const body = ['first piece, ', 'second piece']
    const whole = body.join('')
    const request = signed('PUT', `/${Bucket}/chunks`, 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD', length(whole))
    const chunks = signedChunks(request, body)
    expect((await fetched('PUT', `/${Bucket}/chunks`, request.headers, chunks)).status).toBe(200)
    expect(await text('chunks')).toBe(whole)
    const forged = chunks.replace('second', 'Second')
    const answer = await fetched('PUT', `/${Bucket}/chunks`, request.headers, forged)
    expect(answer).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' })
    expect(await text('chunks')).toBe(whole)
    const cut = signedChunks(request, body).slice(0, -90)
    expect((await fetched('PUT', `/${Bucket}/chunks`, request.headers, cut)).code).toMatch(
      /IncompleteBody|InvalidRequest/,
    )
  })

  test('the announced length binds', async () => {
    const request = signed('PUT', `/${Bucket}/short`, 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', length('1234'))
    expect((await fetched('PUT', `/${Bucket}/short`, request.headers, '5\r\n12345\r\n0\r\n\r\n')).code).toBe(
      'IncompleteBody',
    )
    expect((await fetched('PUT', `/${Bucket}/short`, request.headers, '3\r\n123\r\n0\r\n\r\n')).code).toBe(
      'IncompleteBody',
    )
    expect((await fetched('PUT', `/${Bucket}/short`, request.headers, '4\r\n1234\r\n0\r\n\r\n')).status).toBe(
      200,
    )
    const without = signed('PUT', `/${Bucket}/short`, 'STREAMING-UNSIGNED-PAYLOAD-TRAILER')
    expect(await fetched('PUT', `/${Bucket}/short`, without.headers, '0\r\n\r\n')).toMatchObject({
      status: 411,
      code: 'MissingContentLength',
    })
  })

  test('trailers are those that were announced, and right', async () => {
    const announced = { ...length('1234'), 'x-amz-trailer': 'x-amz-checksum-crc32' }
    const request = signed('PUT', `/${Bucket}/trailer`, 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', announced)
    const code = async (trailer: string) =>
      (await fetched('PUT', `/${Bucket}/trailer`, request.headers, `4\r\n1234\r\n0\r\n${trailer}\r\n`))
        .code ?? 'taken'
    expect(await code('')).toBe('MalformedTrailerError')
    expect(await code('x-amz-checksum-sha1:AAAAAA==\r\n')).toBe('MalformedTrailerError')
    expect(await code('x-amz-checksum-crc32:AAAAAA==\r\n')).toBe('BadDigest')
    expect(await code('x-amz-checksum-crc32:short\r\n')).toBe('InvalidRequest')
    expect(await code('x-amz-checksum-crc32:m+Pgow==\r\n')).toBe('taken')
  })

  test('the signed hash binds', async () => {
    const hash = digests.sha256Hex(utf8Encode('right'))
    const request = signed('PUT', `/${Bucket}/hashed`, hash)
    expect((await fetched('PUT', `/${Bucket}/hashed`, request.headers, 'wrong')).code).toBe(
      'XAmzContentSHA256Mismatch',
    )
    expect((await fetched('PUT', `/${Bucket}/hashed`, request.headers, 'right')).status).toBe(200)
  })

  test('several checksums, unknown ones and unannounced wishes are refused', async () => {
    const code = async (more: Record<string, string>) => {
      const request = signed('PUT', `/${Bucket}/sums`, 'UNSIGNED-PAYLOAD', more)
      return (await fetched('PUT', `/${Bucket}/sums`, request.headers, '1234')).code
    }
    expect(await code({ 'x-amz-checksum-crc32': 'm+Pgow==', 'x-amz-checksum-sha1': 'AAAA' })).toBe(
      'InvalidRequest',
    )
    expect(await code({ 'x-amz-checksum-xxhash64': 'AAAAAAAAAAA=' })).toBe('InvalidRequest')
    expect(await code({ 'x-amz-sdk-checksum-algorithm': 'CRC32' })).toBe('InvalidRequest')
    expect(await code({ 'x-amz-server-side-encryption': 'AES256' })).toBe('NotImplemented')
    expect(await code({ 'x-amz-meta-big': 'x'.repeat(3000) })).toBe('MetadataTooLarge')
  })
})

describe('what is not an object operation never touches the object', () => {
  test.each(['tagging', 'acl', 'retention', 'partNumber=1', 'torrent'])('?%s', async (parameter) => {
    await put('precious', 'kept')
    const [name = '', value = ''] = parameter.split('=')
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const request = signed(method, `/${Bucket}/precious`, 'UNSIGNED-PAYLOAD')
      const answer = await fetched(
        method,
        `/${Bucket}/precious?${name}=${value}`,
        request.headers,
        method === 'PUT' ? '<Tagging/>' : undefined,
      )
      expect(answer).toMatchObject({ status: 501, code: 'NotImplemented' })
    }
    expect(await text('precious')).toBe('kept')
  })

  test('unknown methods and broken paths are typed refusals', async () => {
    const of = async (method: string, path: string) => {
      const request = signed(method, path, 'UNSIGNED-PAYLOAD')
      return (await fetched(method, path, request.headers)).code
    }
    expect(await of('PATCH', `/${Bucket}/a`)).toBe('MethodNotAllowed')
    expect(await of('POST', `/${Bucket}`)).toBe('MethodNotAllowed')
    expect(await of('GET', `/${Bucket}/%ff`)).toBe('InvalidURI')
    expect(await of('GET', '/..%2f..%2fetc/passwd')).toMatch(/InvalidBucketName|SignatureDoesNotMatch/)
  })
})

describe('errors', () => {
  test('are S3 documents with a request id, also in the header', async () => {
    const { headers } = signed('GET', `/${Bucket}/none`, 'UNSIGNED-PAYLOAD')
    const answer = await fetched('GET', `/${Bucket}/none`, headers)
    expect(answer.status).toBe(404)
    const id = answer.headers.get('x-amz-request-id')
    expect(id).toMatch(/^[0-9A-F]{16}$/)
    expect(answer.text).toContain(`<RequestId>${id}</RequestId>`)
    expect(answer.text).toContain('<Key>none</Key>')
    expect(answer.text).not.toContain(WRITER.secretKey)
  })
})

describe('faults over HTTP', () => {
  async function under<A>(action: S3FaultAction, call: () => Promise<A>): Promise<A> {
    const remove = harness.server.faults.add(({ operation }) =>
      operation === 'GetObject' ? action : s3Fault.pass,
    )
    try {
      return await call()
    } finally {
      remove()
    }
  }

  test('errors, resets, short bodies', async () => {
    await put('faulty', '0123456789')
    expect(await under(s3Fault.respond('SlowDown'), () => failureOf(text('faulty')))).toEqual({
      name: 'SlowDown',
      status: 503,
    })
    expect((await under(s3Fault.reset, () => failureOf(text('faulty')))).name).toMatch(/Error|ECONNRESET/)
    expect((await under(s3Fault.truncateBodyAt(4), () => failureOf(text('faulty')))).name).not.toBe(
      'no error',
    )
    expect(await under(s3Fault.truncateBodyAt(10), () => text('faulty'))).toBe('0123456789')
    expect(await under(s3Fault.delay(5), () => text('faulty'))).toBe('0123456789')
  })
})

describe('time', () => {
  test('LastModified is history time, signatures are wall time', async () => {
    await put('dated', 'x')
    const { LastModified } = await send(new HeadObjectCommand({ Bucket, Key: 'dated' }))
    expect(LastModified?.getTime()).toBe(HISTORY_MS)
    const { Contents } = await send(new ListObjectsV2Command({ Bucket, Prefix: 'dated' }))
    expect(Contents?.[0]?.LastModified?.getTime()).toBe(HISTORY_MS)
  })
})

describe('counters from outside', () => {
  const ask = async (headers: Record<string, string>) =>
    await fetch(harness.server.url + STATISTICS_PATH, { headers })

  test('are for those who know the token', async () => {
    expect((await ask({})).status).toBe(403)
    expect((await ask({ authorization: 'Bearer wrong' })).status).toBe(403)
    const answer = await ask({ authorization: 'Bearer token' })
    expect(await answer.json()).toEqual(JSON.parse(JSON.stringify(harness.server.stats())))
  })
})

describe('clients that are slow, rude or gone', () => {
  const head = (more: string) => {
    const { headers } = signed('PUT', `/${Bucket}/slow`, 'UNSIGNED-PAYLOAD')
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    return `PUT /${Bucket}/slow HTTP/1.1\r\nconnection: close\r\n${lines.join('')}${more}\r\n`
  }

  test('a body that stops coming ends in RequestTimeout, and no bytes stay', async () => {
    const answer = await raw(`${head('content-length: 100\r\n')}only this`, { thenWait: true })
    expect(answer).toMatch(/^HTTP\/1.1 400/)
    expect(answer).toContain('<Code>RequestTimeout</Code>')
    expect(readdirSync(join(harness.directory, 'data', 'temporary'))).toEqual([])
    expect((await failureOf(text('slow'))).name).toBe('NoSuchKey')
  })

  test('who waits for 100 gets it when welcome, and a refusal when not', async () => {
    const welcome = await raw(`${head('content-length: 4\r\nexpect: 100-continue\r\n')}1234`, {
      thenWait: true,
    })
    expect(welcome).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200/)
    const unwelcome = await raw(head('content-length: 4\r\nexpect: 100-continue\r\nx-amz-acl: unsigned\r\n'))
    expect(unwelcome).toMatch(/^HTTP\/1.1 403/)
  })

  test('nonsense and endless headers end the connection, not the server', async () => {
    await raw('\x16\x03\x01 no http\r\n\r\n', { thenWait: true })
    await raw(`GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'y'.repeat(70_000)}\r\n\r\n`, { thenWait: true })
    expect(await raw(`GET http://elsewhere/${Bucket} HTTP/1.1\r\nhost: x\r\n\r\n`)).toMatch(/^HTTP\/1.1 403/)
    await put('still', 'there')
    expect(await text('still')).toBe('there')
  })
})

describe('start and stop', () => {
  test('what an old server held, a new one serves; close is prompt with a request in flight', async () => {
    const dataDirectory = join(harness.directory, 'data')
    await put('kept', 'over a restart')
    const { port, hostname } = new URL(harness.server.url)
    const { headers } = signed('PUT', `/${Bucket}/stuck`, 'UNSIGNED-PAYLOAD', { expect: '100-continue' })
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    const socket = connect(Number(port), hostname)
    const ended = new Promise((resolve) => {
      socket.on('error', () => {})
      socket.on('close', resolve)
    })
    socket.write(`PUT /${Bucket}/stuck HTTP/1.1\r\n${lines.join('')}content-length: 10\r\n\r\n`)
    // The service asks for the body: the request is in flight.
    await new Promise((resolve) => socket.once('data', resolve))
    await harness.server.close()
    await ended
    await expect(fetch(harness.server.url)).rejects.toThrow()
    harness.server = await startS3Server({ dataDirectory, credentials: [WRITER, READER] })
    harness.client = harness.clientOf()
    expect(await text('kept')).toBe('over a restart')
    const file = harness.bytesFile(Bucket, 'kept')
    expect(readFileSync(file, 'utf8')).toBe('over a restart')
    expect(statSync(file).mode & 0o777).toBe(0o644)
    expect(existsSync(`${file}.json`)).toBe(true)
  })

  test('a port in use is told as an operating error', async () => {
    const port = Number(new URL(harness.server.url).port)
    const second = startS3Server({ dataDirectory: join(harness.directory, 'other'), credentials: [], port })
    await expect(second).rejects.toMatchObject({ code: 'environment-lacking' })
  })
})
