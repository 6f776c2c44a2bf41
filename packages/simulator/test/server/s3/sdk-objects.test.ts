import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { failureOf, Harness } from './harness.ts'

const harness = new Harness()
const Bucket = 'stemedb-backups-prod'
const send: Harness['client']['send'] = ((command: never) => harness.client.send(command)) as never

beforeAll(async () => {
  // Durability is proven on the simulated disk; here it would cost seconds.
  await harness.start({ durable: false })
  await send(new CreateBucketCommand({ Bucket }))
})
afterAll(() => harness.stop())

const put = (Key: string, Body: string | Buffer = 'hello', more: object = {}) =>
  send(new PutObjectCommand({ Bucket, Key, Body, ...more }))
const get = (Key: string, more: object = {}) => send(new GetObjectCommand({ Bucket, Key, ...more }))
const text = async (Key: string, more: object = {}) => (await get(Key, more)).Body!.transformToString()

describe('buckets', () => {
  test('are made once, seen, listed and located', async () => {
    expect(await failureOf(send(new CreateBucketCommand({ Bucket })))).toEqual({
      name: 'BucketAlreadyOwnedByYou',
      status: 409,
    })
    await send(new HeadBucketCommand({ Bucket }))
    expect((await failureOf(send(new HeadBucketCommand({ Bucket: 'not-there' })))).status).toBe(404)
    const { Buckets } = await send(new ListBucketsCommand({}))
    expect(Buckets?.map((bucket) => bucket.Name)).toContain(Bucket)
    expect((await send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint ?? '').toBe('')
    expect((await failureOf(send(new GetObjectCommand({ Bucket: 'not-there', Key: 'a' })))).name).toBe(
      'NoSuchBucket',
    )
  })

  test.each(['ab', 'UPPER', 'a..b', '192.168.1.1', 'a_b'])('%j is no name for one', async (name) => {
    expect((await failureOf(send(new CreateBucketCommand({ Bucket: name })))).name).toBe('InvalidBucketName')
  })
})

describe('objects', () => {
  test('come back with bytes, ETag, type, headers, metadata and checksum', async () => {
    const { ETag, ChecksumCRC32 } = await put('plain/a.txt', 'hello', {
      ContentType: 'text/plain',
      CacheControl: 'no-store',
      Metadata: { owner: 'dr', 'x-y': 'a b' },
    })
    expect(ETag).toBe('"5d41402abc4b2a76b9719d911017c592"')
    const answer = await get('plain/a.txt')
    expect(answer).toMatchObject({
      ETag,
      ContentType: 'text/plain',
      CacheControl: 'no-store',
      Metadata: { owner: 'dr', 'x-y': 'a b' },
      ContentLength: 5,
      AcceptRanges: 'bytes',
      ChecksumCRC32,
      ChecksumType: 'FULL_OBJECT',
    })
    expect(await answer.Body!.transformToString()).toBe('hello')
    expect(answer.LastModified!.getTime() % 1000).toBe(0)
    const head = await send(new HeadObjectCommand({ Bucket, Key: 'plain/a.txt', ChecksumMode: 'ENABLED' }))
    expect(head).toMatchObject({ ETag, ContentLength: 5, ChecksumCRC32 })
  })

  test('lie as plain files where the path says', async () => {
    await put('plain/b.txt', 'as they lie')
    expect(readFileSync(harness.bytesFile(Bucket, 'plain/b.txt'), 'utf8')).toBe('as they lie')
  })

  test('of no bytes', async () => {
    await put('empty', Buffer.alloc(0))
    expect(await text('empty')).toBe('')
    expect((await send(new HeadObjectCommand({ Bucket, Key: 'empty' }))).ContentLength).toBe(0)
  })

  test('are replaced whole, again and again', async () => {
    for (const body of ['one', 'two, longer', '3']) {
      await put('replaced', body)
      expect(await text('replaced')).toBe(body)
    }
  })

  test('stream in, with a trailing checksum, and out', async () => {
    const body = randomBytes(3_000_000)
    await send(
      new PutObjectCommand({
        Bucket,
        Key: 'streamed',
        Body: Readable.from(pieces(body)),
        ContentLength: body.length,
      }),
    )
    const answer = await get('streamed')
    const hash = createHash('sha256')
    for await (const piece of answer.Body as Readable) hash.update(piece)
    expect(hash.digest('hex')).toBe(createHash('sha256').update(body).digest('hex'))
    expect(answer.ContentEncoding).toBeUndefined()
    expect(answer.ChecksumCRC32).toBeDefined()
  })

  test.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    '%s is checked and returned',
    async (name) => {
      const answer = await put(`sum/${name}`, 'checked', { ChecksumAlgorithm: name })
      const field = `Checksum${name}` as 'ChecksumCRC32'
      expect(answer[field]).toBeDefined()
      const back = await get(`sum/${name}`)
      expect(back[field]).toBe(answer[field])
      expect(await back.Body!.transformToString()).toBe('checked')
      const bad = put('sum/bad', 'checked', { [field]: Buffer.from('wrong').toString('base64') })
      expect(await failureOf(bad)).toEqual({ name: 'InvalidRequest', status: 400 })
      expect(await failureOf(get('sum/bad'))).toEqual({ name: 'NoSuchKey', status: 404 })
    },
  )

  test('with a wrong checksum or MD5 are refused and not there', async () => {
    const wrong = { ChecksumCRC32: 'AAAAAA==' }
    expect(await failureOf(put('bad', 'body', wrong))).toEqual({ name: 'BadDigest', status: 400 })
    const md5 = createHash('md5').update('other').digest('base64')
    expect((await failureOf(put('bad', 'body', { ContentMD5: md5 }))).name).toBe('BadDigest')
    expect((await failureOf(put('bad', 'body', { ContentMD5: 'abc' }))).name).toBe('InvalidDigest')
    expect((await failureOf(get('bad'))).name).toBe('NoSuchKey')
    const right = createHash('md5').update('body').digest('base64')
    await put('good', 'body', { ContentMD5: right })
  })

  test('damaged on the disk are served as they lie, and the SDK notices', async () => {
    await put('damaged', 'a'.repeat(1000))
    const file = harness.bytesFile(Bucket, 'damaged')
    const bytes = readFileSync(file)
    bytes[500] = 0x62
    writeFileSync(file, bytes)
    await expect(text('damaged')).rejects.toThrow(/Checksum mismatch/)
    truncateSync(file, 10)
    await expect(text('damaged')).rejects.toThrow(/Checksum mismatch/)
  })

  test('ranges and suffixes', async () => {
    await put('digits', '0123456789')
    const range = async (Range: string) => {
      const answer = await get('digits', { Range })
      return [await answer.Body!.transformToString(), answer.ContentRange, answer.$metadata.httpStatusCode]
    }
    expect(await range('bytes=2-4')).toEqual(['234', 'bytes 2-4/10', 206])
    expect(await range('bytes=7-')).toEqual(['789', 'bytes 7-9/10', 206])
    expect(await range('bytes=-3')).toEqual(['789', 'bytes 7-9/10', 206])
    expect(await range('bytes=-99')).toEqual(['0123456789', 'bytes 0-9/10', 206])
    expect(await range('bytes=5-999')).toEqual(['56789', 'bytes 5-9/10', 206])
    expect(await range('nonsense')).toEqual(['0123456789', undefined, 200])
    expect(await failureOf(get('digits', { Range: 'bytes=10-' }))).toEqual({
      name: 'InvalidRange',
      status: 416,
    })
    expect((await failureOf(get('digits', { Range: 'bytes=-0' }))).name).toBe('InvalidRange')
  })

  test('conditions of a read', async () => {
    const { ETag } = await put('conditional')
    const { LastModified } = await get('conditional')
    const later = new Date(LastModified!.getTime() + 1000)
    const earlier = new Date(LastModified!.getTime() - 1000)
    const status = async (more: object) => (await failureOf(get('conditional', more))).status ?? 200
    expect(await status({ IfMatch: ETag })).toBe(200)
    expect(await status({ IfMatch: '"other"' })).toBe(412)
    expect(await status({ IfNoneMatch: ETag })).toBe(304)
    expect(await status({ IfNoneMatch: '"other"' })).toBe(200)
    expect(await status({ IfModifiedSince: later })).toBe(304)
    expect(await status({ IfModifiedSince: earlier })).toBe(200)
    expect(await status({ IfUnmodifiedSince: earlier })).toBe(412)
    expect(await status({ IfUnmodifiedSince: later })).toBe(200)
    expect(await status({ IfMatch: ETag, IfUnmodifiedSince: earlier })).toBe(200)
    expect(await status({ IfNoneMatch: '"other"', IfModifiedSince: later })).toBe(200)
  })

  test('conditions of a write', async () => {
    const { ETag } = await put('once', 'first', { IfNoneMatch: '*' })
    expect(await failureOf(put('once', 'second', { IfNoneMatch: '*' }))).toEqual({
      name: 'PreconditionFailed',
      status: 412,
    })
    expect((await failureOf(put('once', 'x', { IfMatch: '"other"' }))).name).toBe('PreconditionFailed')
    await put('once', 'third', { IfMatch: ETag })
    expect(await text('once')).toBe('third')
    expect((await failureOf(put('never', 'x', { IfMatch: ETag }))).name).toBe('NoSuchKey')
    expect((await failureOf(put('once', 'x', { IfNoneMatch: ETag }))).name).toBe('NotImplemented')
  })

  test('of many who write if absent, exactly one wins', async () => {
    const bodies = Array.from({ length: 12 }, (_, index) => `writer ${index}`)
    const results = await Promise.allSettled(bodies.map((body) => put('race', body, { IfNoneMatch: '*' })))
    const winners = bodies.filter((_, index) => results[index]!.status === 'fulfilled')
    expect(winners).toHaveLength(1)
    expect(await text('race')).toBe(winners[0])
  })

  test('deletes are idempotent; lists of them tell each outcome', async () => {
    await put('gone')
    await send(new DeleteObjectCommand({ Bucket, Key: 'gone' }))
    await send(new DeleteObjectCommand({ Bucket, Key: 'gone' }))
    expect((await failureOf(get('gone'))).name).toBe('NoSuchKey')
    expect((await failureOf(send(new HeadObjectCommand({ Bucket, Key: 'gone' })))).status).toBe(404)
    const keys = ['many/1', 'many/<&>"\r\n', 'many/\u{1f600}', 'many/missing']
    for (const key of keys.slice(0, 3)) await put(key)
    const Objects = keys.map((Key) => ({ Key }))
    const { Deleted, Errors } = await send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
    expect(Deleted?.map(({ Key }) => Key)).toEqual(keys)
    expect(Errors).toBeUndefined()
    for (const key of keys) expect((await failureOf(get(key))).name).toBe('NoSuchKey')
  })

  test('copies keep or replace what describes them', async () => {
    await put('dir with space/source+&', 'copied', { ContentType: 'text/x', Metadata: { a: '1' } })
    const CopySource = `/${Bucket}/${encodeURIComponent('dir with space/source+&')}`
    const { CopyObjectResult } = await send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource }))
    expect(CopyObjectResult?.ETag).toBe(`"${createHash('md5').update('copied').digest('hex')}"`)
    expect(await get('copy')).toMatchObject({ ContentType: 'text/x', Metadata: { a: '1' } })
    await send(
      new CopyObjectCommand({
        Bucket,
        Key: 'copy',
        CopySource: `${Bucket}/copy`,
        MetadataDirective: 'REPLACE',
        Metadata: { b: '2' },
      }),
    )
    expect((await get('copy')).Metadata).toEqual({ b: '2' })
    expect(await text('copy')).toBe('copied')
    const itself = new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/copy` })
    expect((await failureOf(send(itself))).name).toBe('InvalidRequest')
    const changed = new CopyObjectCommand({
      Bucket,
      Key: 'c2',
      CopySource: `${Bucket}/copy`,
      CopySourceIfMatch: '"x"',
    })
    expect((await failureOf(send(changed))).name).toBe('PreconditionFailed')
  })
})

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 70_001) yield bytes.subarray(at, at + 70_001)
}
