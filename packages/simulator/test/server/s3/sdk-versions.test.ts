import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { all, driveAsync, environment, ObjectStore } from '@dr-drill/runbook-core'
import { objectStoreHandlers } from '@dr-drill/simulator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { failureOf, Harness } from './harness.ts'

const harness = new Harness()
const send: Harness['client']['send'] = ((command: never) => harness.client.send(command)) as never

// Nothing here looks at durability, and thousands of fsyncs would cost seconds.
beforeAll(() => harness.start({ durable: false }))
afterAll(() => harness.stop())

const versioning = (Bucket: string, Status: 'Enabled' | 'Suspended') =>
  send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }))
const put = async (Bucket: string, Key: string, Body: string, more: object = {}) =>
  (await send(new PutObjectCommand({ Bucket, Key, Body, ...more }))).VersionId
const text = async (Bucket: string, Key: string, VersionId?: string) =>
  (await send(new GetObjectCommand({ Bucket, Key, VersionId }))).Body!.transformToString()
const remove = (Bucket: string, Key: string, VersionId?: string) =>
  send(new DeleteObjectCommand({ Bucket, Key, VersionId }))
const listed = async (Bucket: string, more: object = {}) => {
  const answer = await send(new ListObjectVersionsCommand({ Bucket, ...more }))
  const rows = [
    ...(answer.Versions ?? []).map((v) => ({ ...v, marker: false })),
    ...(answer.DeleteMarkers ?? []).map((v) => ({ ...v, marker: true })),
  ]
  return rows.map(({ Key, VersionId, IsLatest, marker }) => ({ Key, VersionId, IsLatest, marker }))
}

describe('versions', () => {
  test('a bucket keeps none until told to', async () => {
    const Bucket = 'states'
    await send(new CreateBucketCommand({ Bucket }))
    const status = async () => (await send(new GetBucketVersioningCommand({ Bucket }))).Status
    expect(await status()).toBeUndefined()
    await versioning(Bucket, 'Enabled')
    expect(await status()).toBe('Enabled')
    await versioning(Bucket, 'Suspended')
    expect(await status()).toBe('Suspended')
  })

  test('every write and every delete is kept; markers hide and can be taken away', async () => {
    const Bucket = 'kept'
    await send(new CreateBucketCommand({ Bucket }))
    expect(await put(Bucket, 'k', 'before versions')).toBeUndefined()
    await versioning(Bucket, 'Enabled')
    const one = await put(Bucket, 'k', 'one')
    const two = await put(Bucket, 'k', 'two')
    expect(new Set([one, two, undefined, 'null']).size).toBe(4)
    expect([await text(Bucket, 'k'), await text(Bucket, 'k', one), await text(Bucket, 'k', 'null')]).toEqual([
      'two',
      'one',
      'before versions',
    ])
    const marker = await remove(Bucket, 'k')
    expect(marker.DeleteMarker).toBe(true)
    expect((await failureOf(text(Bucket, 'k'))).name).toBe('NoSuchKey')
    expect((await send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0)
    expect(await text(Bucket, 'k', two)).toBe('two')
    const atMarker = new HeadObjectCommand({ Bucket, Key: 'k', VersionId: marker.VersionId! })
    expect((await failureOf(send(atMarker))).status).toBe(405)
    expect(await listed(Bucket)).toEqual([
      { Key: 'k', VersionId: two, IsLatest: false, marker: false },
      { Key: 'k', VersionId: one, IsLatest: false, marker: false },
      { Key: 'k', VersionId: 'null', IsLatest: false, marker: false },
      { Key: 'k', VersionId: marker.VersionId, IsLatest: true, marker: true },
    ])
    await put(Bucket, 'k', 'absent counts', { IfNoneMatch: '*' })
    const versionOfThat = (await send(new HeadObjectCommand({ Bucket, Key: 'k' }))).VersionId!
    await remove(Bucket, 'k', versionOfThat)
    const unhidden = await remove(Bucket, 'k', marker.VersionId!)
    expect(unhidden.DeleteMarker).toBe(true)
    expect(await text(Bucket, 'k')).toBe('two')
    await remove(Bucket, 'k', two)
    expect(await text(Bucket, 'k')).toBe('one')
    expect((await failureOf(text(Bucket, 'k', two))).name).toBe('NoSuchVersion')
    expect((await failureOf(text(Bucket, 'k', '../../x'))).name).toBe('InvalidArgument')
    expect((await failureOf(send(new DeleteBucketCommand({ Bucket })))).name).toBe('BucketNotEmpty')
  })

  test('suspended: writes and deletes go to the null version, others stay', async () => {
    const Bucket = 'suspended'
    await send(new CreateBucketCommand({ Bucket }))
    await versioning(Bucket, 'Enabled')
    const kept = await put(Bucket, 'k', 'kept')
    await versioning(Bucket, 'Suspended')
    await put(Bucket, 'k', 'null 1')
    await put(Bucket, 'k', 'null 2')
    expect(await text(Bucket, 'k')).toBe('null 2')
    expect(await text(Bucket, 'k', kept)).toBe('kept')
    expect((await remove(Bucket, 'k')).VersionId).toBe('null')
    expect((await failureOf(text(Bucket, 'k'))).name).toBe('NoSuchKey')
    expect(await listed(Bucket)).toEqual([
      { Key: 'k', VersionId: kept, IsLatest: false, marker: false },
      { Key: 'k', VersionId: 'null', IsLatest: true, marker: true },
    ])
    await put(Bucket, 'k', 'null 3')
    expect(await text(Bucket, 'k')).toBe('null 3')
  })

  test('pages of versions join to the whole', async () => {
    const Bucket = 'paged'
    await send(new CreateBucketCommand({ Bucket }))
    await versioning(Bucket, 'Enabled')
    for (const key of ['a', 'b/1', 'b/2', 'c']) {
      for (const body of ['1', '2', '3']) await put(Bucket, key, body)
    }
    const all = await listed(Bucket)
    expect(all).toHaveLength(12)
    for (const MaxKeys of [1, 2, 5]) {
      const joined: typeof all = []
      let place: object = {}
      for (;;) {
        const page = await send(new ListObjectVersionsCommand({ Bucket, MaxKeys, ...place }))
        expect(page.Versions!.length).toBeLessThanOrEqual(MaxKeys)
        for (const { Key, VersionId, IsLatest } of page.Versions!)
          joined.push({ Key, VersionId, IsLatest, marker: false })
        if (page.IsTruncated !== true) break
        place = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
      }
      expect(joined).toEqual(all)
    }
    const rolled = await send(new ListObjectVersionsCommand({ Bucket, Delimiter: '/' }))
    expect(rolled.CommonPrefixes).toEqual([{ Prefix: 'b/' }])
    expect(rolled.Versions).toHaveLength(6)
  })
})

describe('listing', () => {
  const Bucket = 'listing'
  const keys = Array.from(
    { length: 1105 },
    (_, index) => `dir-${index % 7}/${String(index).padStart(5, '0')}`,
  ).sort()

  beforeAll(async () => {
    await send(new CreateBucketCommand({ Bucket }))
    // Below the HTTP front: what is tested here is listing.
    const source = {
      service: harness.server.service,
      bucket: Bucket,
      prefix: '',
      credentials: { accessKey: 'writer', secretKey: 'writer-secret' },
    }
    const world = environment({ ObjectStore: objectStoreHandlers({ stores: { source } }) })
    const bytes = new Uint8Array(1)
    const puts = keys.map((key) => () => ObjectStore.put({ store: 'source', key, bytes, ifAbsent: true }))
    const exit = await driveAsync(all(puts, 8), world)
    expect(exit.kind).toBe('success')
  })

  async function pages(more: object): Promise<{ keys: string[]; prefixes: string[]; pages: number }> {
    const found = { keys: [] as string[], prefixes: [] as string[], pages: 0 }
    let token: string | undefined
    do {
      const page = await send(new ListObjectsV2Command({ Bucket, ContinuationToken: token, ...more }))
      found.keys.push(...(page.Contents ?? []).map(({ Key }) => Key!))
      found.prefixes.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix!))
      found.pages += 1
      token = page.NextContinuationToken
    } while (token !== undefined)
    return found
  }

  test('more than a thousand keys come in pages', async () => {
    expect(await pages({})).toEqual({ keys, prefixes: [], pages: 2 })
  })

  test('delimiters roll up', async () => {
    const prefixes = [0, 1, 2, 3, 4, 5, 6].map((index) => `dir-${index}/`)
    expect(await pages({ Delimiter: '/' })).toEqual({ keys: [], prefixes, pages: 1 })
    expect(await pages({ Delimiter: '/', MaxKeys: 3 })).toEqual({ keys: [], prefixes, pages: 3 })
    const inside = await pages({ Delimiter: '/', Prefix: 'dir-3/', MaxKeys: 100 })
    expect(inside).toEqual({ keys: keys.filter((key) => key.startsWith('dir-3/')), prefixes: [], pages: 2 })
    expect((await pages({ Delimiter: '-3/00' })).prefixes).toEqual(['dir-3/00'.slice(0, 8)])
  })

  test('start-after, zero keys and bad parameters', async () => {
    const after = keys[800]!
    expect((await pages({ StartAfter: after })).keys).toEqual(keys.slice(801))
    expect(await send(new ListObjectsV2Command({ Bucket, MaxKeys: 0 }))).toMatchObject({
      KeyCount: 0,
      IsTruncated: false,
    })
    const bad = send(new ListObjectsV2Command({ Bucket, ContinuationToken: 'bogus' }))
    expect((await failureOf(bad)).name).toBe('InvalidArgument')
  })

  test('encoding-type=url holds any key', async () => {
    const odd = 'odd/\u0001 +%&<\u{1f600}'
    await put(Bucket, odd, 'x')
    const encoded = await send(new ListObjectsV2Command({ Bucket, Prefix: 'odd/', EncodingType: 'url' }))
    expect(encoded.EncodingType).toBe('url')
    expect(decodeURIComponent(encoded.Contents![0]!.Key!)).toBe(odd)
  })
})
