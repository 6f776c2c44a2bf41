import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { utf8Encode } from '@dr-drill/runbook-core'
import { nativeS3Digests as digests } from '@dr-drill/simulator/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Harness, WRITER } from './harness.ts'
import { fetched, signed, signedChunks } from './signing.ts'

const harness = new Harness()
const Bucket = 'wire'
const send: Harness['client']['send'] = ((command: never) => harness.client.send(command)) as never
const put = (Key: string, Body: string) => send(new PutObjectCommand({ Bucket, Key, Body }))
const text = async (Key: string) =>
  (await send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToString()

beforeAll(async () => {
  await harness.start({ durable: false })
  await send(new CreateBucketCommand({ Bucket }))
})
afterAll(() => harness.stop())

describe('payloads', () => {
  const length = (text: string) => ({
    'x-amz-decoded-content-length': String(text.length),
    'content-encoding': 'aws-chunked',
  })

  test('signed chunks are taken; a forged one is refused and nothing is stored', async () => {
    const body = ['first piece, ', 'second piece']
    const whole = body.join('')
    const request = signed(
      harness,
      'PUT',
      `/${Bucket}/chunks`,
      'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      length(whole),
    )
    const chunks = signedChunks(request, body)
    expect((await fetched(harness, 'PUT', `/${Bucket}/chunks`, request.headers, chunks)).status).toBe(200)
    expect(await text('chunks')).toBe(whole)
    const forged = chunks.replace('second', 'Second')
    const answer = await fetched(harness, 'PUT', `/${Bucket}/chunks`, request.headers, forged)
    expect(answer).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' })
    expect(await text('chunks')).toBe(whole)
    const cut = signedChunks(request, body).slice(0, -90)
    expect((await fetched(harness, 'PUT', `/${Bucket}/chunks`, request.headers, cut)).code).toMatch(
      /IncompleteBody|InvalidRequest/,
    )
  })

  test('the announced length binds', async () => {
    const request = signed(
      harness,
      'PUT',
      `/${Bucket}/short`,
      'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      length('1234'),
    )
    expect(
      (await fetched(harness, 'PUT', `/${Bucket}/short`, request.headers, '5\r\n12345\r\n0\r\n\r\n')).code,
    ).toBe('IncompleteBody')
    expect(
      (await fetched(harness, 'PUT', `/${Bucket}/short`, request.headers, '3\r\n123\r\n0\r\n\r\n')).code,
    ).toBe('IncompleteBody')
    expect(
      (await fetched(harness, 'PUT', `/${Bucket}/short`, request.headers, '4\r\n1234\r\n0\r\n\r\n')).status,
    ).toBe(200)
    const without = signed(harness, 'PUT', `/${Bucket}/short`, 'STREAMING-UNSIGNED-PAYLOAD-TRAILER')
    expect(await fetched(harness, 'PUT', `/${Bucket}/short`, without.headers, '0\r\n\r\n')).toMatchObject({
      status: 411,
      code: 'MissingContentLength',
    })
  })

  test('trailers are those that were announced, and right', async () => {
    const announced = { ...length('1234'), 'x-amz-trailer': 'x-amz-checksum-crc32' }
    const request = signed(
      harness,
      'PUT',
      `/${Bucket}/trailer`,
      'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      announced,
    )
    const code = async (trailer: string) =>
      (
        await fetched(
          harness,
          'PUT',
          `/${Bucket}/trailer`,
          request.headers,
          `4\r\n1234\r\n0\r\n${trailer}\r\n`,
        )
      ).code ?? 'taken'
    expect(await code('')).toBe('MalformedTrailerError')
    expect(await code('x-amz-checksum-sha1:AAAAAA==\r\n')).toBe('MalformedTrailerError')
    expect(await code('x-amz-checksum-crc32:AAAAAA==\r\n')).toBe('BadDigest')
    expect(await code('x-amz-checksum-crc32:short\r\n')).toBe('InvalidRequest')
    expect(await code('x-amz-checksum-crc32:m+Pgow==\r\n')).toBe('taken')
  })

  test('the signed hash binds', async () => {
    const hash = digests.sha256Hex(utf8Encode('right'))
    const request = signed(harness, 'PUT', `/${Bucket}/hashed`, hash)
    expect((await fetched(harness, 'PUT', `/${Bucket}/hashed`, request.headers, 'wrong')).code).toBe(
      'XAmzContentSHA256Mismatch',
    )
    expect((await fetched(harness, 'PUT', `/${Bucket}/hashed`, request.headers, 'right')).status).toBe(200)
  })

  test('several checksums, unknown ones and unannounced wishes are refused', async () => {
    const code = async (more: Record<string, string>) => {
      const request = signed(harness, 'PUT', `/${Bucket}/sums`, 'UNSIGNED-PAYLOAD', more)
      return (await fetched(harness, 'PUT', `/${Bucket}/sums`, request.headers, '1234')).code
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
      const request = signed(harness, method, `/${Bucket}/precious`, 'UNSIGNED-PAYLOAD')
      const answer = await fetched(
        harness,
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
      const request = signed(harness, method, path, 'UNSIGNED-PAYLOAD')
      return (await fetched(harness, method, path, request.headers)).code
    }
    expect(await of('PATCH', `/${Bucket}/a`)).toBe('MethodNotAllowed')
    expect(await of('POST', `/${Bucket}`)).toBe('MethodNotAllowed')
    expect(await of('GET', `/${Bucket}/%ff`)).toBe('InvalidURI')
    expect(await of('GET', '/..%2f..%2fetc/passwd')).toMatch(/InvalidBucketName|SignatureDoesNotMatch/)
  })
})

describe('errors', () => {
  test('are S3 documents with a request id, also in the header', async () => {
    const { headers } = signed(harness, 'GET', `/${Bucket}/none`, 'UNSIGNED-PAYLOAD')
    const answer = await fetched(harness, 'GET', `/${Bucket}/none`, headers)
    expect(answer.status).toBe(404)
    const id = answer.headers.get('x-amz-request-id')
    expect(id).toMatch(/^[0-9A-F]{16}$/)
    expect(answer.text).toContain(`<RequestId>${id}</RequestId>`)
    expect(answer.text).toContain('<Key>none</Key>')
    expect(answer.text).not.toContain(WRITER.secretKey)
  })
})
