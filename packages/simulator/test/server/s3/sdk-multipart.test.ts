import { createHash, randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { failureOf, Harness } from './harness.ts'

const harness = new Harness()
const Bucket = 'parts'
const send: Harness['client']['send'] = ((command: never) => harness.client.send(command)) as never

beforeAll(async () => {
  await harness.start({ durable: false })
  await send(new CreateBucketCommand({ Bucket }))
})
afterAll(() => harness.stop())

type Choice = Pick<CreateMultipartUploadCommandInput, 'ChecksumAlgorithm' | 'ChecksumType' | 'ContentType'>

async function begin(Key: string, choice: Choice = {}): Promise<string> {
  return (await send(new CreateMultipartUploadCommand({ Bucket, Key, ...choice }))).UploadId!
}

async function part(Key: string, UploadId: string, PartNumber: number, Body: Buffer, choice: Choice = {}) {
  const { ChecksumAlgorithm } = choice
  const more = ChecksumAlgorithm === undefined ? {} : { ChecksumAlgorithm }
  const answer = await send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ...more }))
  const { ETag, ChecksumCRC32, ChecksumCRC32C, ChecksumSHA256 } = answer
  return { PartNumber, ETag, ChecksumCRC32, ChecksumCRC32C, ChecksumSHA256 } as CompletedPart
}

const complete = (Key: string, UploadId: string, Parts: CompletedPart[], more: object = {}) =>
  send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...more }))

const bodies = [randomBytes(5000), randomBytes(4000), randomBytes(10)]
const whole = Buffer.concat(bodies)

describe('multipart', () => {
  test.each<Choice>([
    {},
    { ChecksumAlgorithm: 'CRC32' },
    { ChecksumAlgorithm: 'CRC32C', ChecksumType: 'FULL_OBJECT' },
    { ChecksumAlgorithm: 'SHA256' },
  ])('%j: parts become one object', async (choice) => {
    const key = `object ${JSON.stringify(choice)}`
    const id = await begin(key, { ...choice, ContentType: 'text/x' })
    const parts = await Promise.all(bodies.map((body, index) => part(key, id, index + 1, body, choice)))
    const done = await complete(key, id, parts)
    const md5s = Buffer.concat(bodies.map((body) => createHash('md5').update(body).digest()))
    expect(done.ETag).toBe(`"${createHash('md5').update(md5s).digest('hex')}-3"`)
    const answer = await send(new GetObjectCommand({ Bucket, Key: key }))
    expect(Buffer.from(await answer.Body!.transformToByteArray())).toEqual(whole)
    expect(answer.ContentType).toBe('text/x')
    const isComposite = choice.ChecksumAlgorithm !== undefined && choice.ChecksumType === undefined
    expect(answer.ChecksumType).toBe(isComposite ? 'COMPOSITE' : 'FULL_OBJECT')
    if (choice.ChecksumAlgorithm === 'SHA256') {
      const digests = Buffer.concat(bodies.map((body) => createHash('sha256').update(body).digest()))
      expect(answer.ChecksumSHA256).toBe(`${createHash('sha256').update(digests).digest('base64')}-3`)
    }
    expect((await failureOf(complete(key, id, parts))).name).toBe('NoSuchUpload')
  })

  test('parts may be sent again, in any order, and are listed in pages', async () => {
    const id = await begin('again')
    for (const number of [3, 1, 2]) await part('again', id, number, randomBytes(2000))
    const last = await Promise.all(bodies.map((body, index) => part('again', id, index + 1, body)))
    const listed = await send(new ListPartsCommand({ Bucket, Key: 'again', UploadId: id, MaxParts: 2 }))
    expect(listed.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, 5000],
      [2, 4000],
    ])
    expect(listed.IsTruncated).toBe(true)
    const PartNumberMarker = listed.NextPartNumberMarker!
    const rest = await send(new ListPartsCommand({ Bucket, Key: 'again', UploadId: id, PartNumberMarker }))
    expect(rest.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([3])
    const uploads = await send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'aga' }))
    expect(uploads.Uploads?.map(({ UploadId }) => UploadId)).toEqual([id])
    await complete('again', id, last)
    const answer = await send(new GetObjectCommand({ Bucket, Key: 'again' }))
    expect(Buffer.from(await answer.Body!.transformToByteArray())).toEqual(whole)
  })

  test('wrong order, wrong ETag, unknown and small parts are refused, and the upload stays', async () => {
    const id = await begin('picky')
    const [one, two] = [await part('picky', id, 1, bodies[0]!), await part('picky', id, 2, bodies[2]!)]
    const three = await part('picky', id, 3, bodies[1]!)
    const refusal = async (parts: CompletedPart[]) => (await failureOf(complete('picky', id, parts))).name
    expect(await refusal([three, one])).toBe('InvalidPartOrder')
    expect(await refusal([one, one])).toBe('InvalidPartOrder')
    expect(await refusal([{ ...one, ETag: three.ETag! }])).toBe('InvalidPart')
    expect(await refusal([{ ...one, PartNumber: 9 }])).toBe('InvalidPart')
    expect(await refusal([one, two, three])).toBe('EntityTooSmall')
    expect((await failureOf(complete('picky', id, [one, three], { MpuObjectSize: 7 }))).name).toBe(
      'InvalidRequest',
    )
    await complete('picky', id, [one, three])
  })

  test('a composite upload wants the checksum of each part', async () => {
    const id = await begin('composite', { ChecksumAlgorithm: 'CRC32C' })
    const one = await part('composite', id, 1, bodies[0]!, { ChecksumAlgorithm: 'CRC32C' })
    const bare = { PartNumber: 1, ETag: one.ETag }
    expect((await failureOf(complete('composite', id, [bare as CompletedPart]))).name).toBe('InvalidRequest')
    const other = part('composite', id, 2, bodies[0]!, { ChecksumAlgorithm: 'SHA256' })
    expect((await failureOf(other)).name).toBe('InvalidRequest')
    await complete('composite', id, [one])
  })

  test('parts may be copied from stretches of objects', async () => {
    await send(new PutObjectCommand({ Bucket, Key: 'whole', Body: whole }))
    const id = await begin('copied')
    const copy = async (PartNumber: number, CopySourceRange: string) => {
      const input = {
        Bucket,
        Key: 'copied',
        UploadId: id,
        PartNumber,
        CopySourceRange,
        CopySource: `${Bucket}/whole`,
      }
      const { CopyPartResult } = await send(new UploadPartCopyCommand(input))
      return { PartNumber, ETag: CopyPartResult!.ETag } as CompletedPart
    }
    const parts = [await copy(1, 'bytes=0-4999'), await copy(2, `bytes=5000-${whole.length - 1}`)]
    expect((await failureOf(copy(3, `bytes=0-${whole.length}`))).name).toBe('InvalidArgument')
    await complete('copied', id, parts)
    const answer = await send(new GetObjectCommand({ Bucket, Key: 'copied' }))
    expect(Buffer.from(await answer.Body!.transformToByteArray())).toEqual(whole)
  })

  test('conditions hold at completion', async () => {
    const ids = [await begin('raced'), await begin('raced')]
    const parts = [await part('raced', ids[0]!, 1, bodies[0]!), await part('raced', ids[1]!, 1, bodies[1]!)]
    const results = await Promise.all(
      ids.map((id, index) => failureOf(complete('raced', id, [parts[index]!], { IfNoneMatch: '*' }))),
    )
    expect(results.map(({ name }) => name).sort()).toEqual(['PreconditionFailed', 'no error'])
  })

  test('aborted uploads leave nothing', async () => {
    const id = await begin('aborted')
    const one = await part('aborted', id, 1, bodies[0]!)
    await send(new AbortMultipartUploadCommand({ Bucket, Key: 'aborted', UploadId: id }))
    expect((await failureOf(complete('aborted', id, [one]))).name).toBe('NoSuchUpload')
    expect((await failureOf(part('aborted', id, 2, bodies[0]!))).name).toBe('NoSuchUpload')
    const uploads = readdirSync(join(harness.directory, 'data', 'uploads'))
    expect(uploads).not.toContain(id)
    expect(readdirSync(join(harness.directory, 'data', 'temporary'))).toEqual([])
  })

  test('ids of uploads are no paths, and belong to one key', async () => {
    const id = await begin('mine')
    expect((await failureOf(part('yours', id, 1, bodies[0]!))).name).toBe('NoSuchUpload')
    expect((await failureOf(part('mine', '../buckets', 1, bodies[0]!))).name).toBe('NoSuchUpload')
    expect((await failureOf(part('mine', id, 10_001, bodies[0]!))).name).toBe('InvalidArgument')
  })
})
