import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { failureOf, Harness, READER } from './harness.ts'

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

describe('hostile keys', () => {
  const keys = [
    '../../../etc/passwd',
    '..',
    '.',
    './a',
    'a/../b',
    '/leading',
    '//',
    'a//b',
    'trailing/',
    'trailing.',
    'UPPER',
    'upper',
    '%2e%2e%2f',
    'a%00b',
    'nul\0nul',
    'control\u0001\u001f\u007f',
    'line\r\nbreak',
    'a@null',
    'a@null.json',
    'a@',
    'emoji \u{1f600}/\uffee',
    `${'s'.repeat(300)}/${'t'.repeat(300)}`,
    '\u00e9'.repeat(512),
    'x'.repeat(1024),
    'd/'.repeat(40),
    'con',
    '~',
    '-rf',
    'a+b c&d=e?f#g',
  ]

  test.each(keys.map((key) => [JSON.stringify(key).slice(0, 40), key]))(
    '%s is a key like any other',
    async (_, key) => {
      await put(key, `body of ${key}`, { IfNoneMatch: '*' })
      expect(await text(key)).toBe(`body of ${key}`)
      await send(new DeleteObjectCommand({ Bucket, Key: key }))
      expect((await failureOf(get(key))).name).toBe('NoSuchKey')
    },
  )

  test('longer than 1024 bytes is too long', async () => {
    expect((await failureOf(put('y'.repeat(1025)))).name).toBe('KeyTooLongError')
    expect((await failureOf(put('\u00e9'.repeat(513)))).name).toBe('KeyTooLongError')
  })
})

describe('rights', () => {
  test('a wrong secret, an unknown key and no key are refused', async () => {
    const wrong = harness.clientOf({ accessKey: 'writer', secretKey: 'guess' })
    expect(await failureOf(wrong.send(new ListBucketsCommand({})))).toEqual({
      name: 'SignatureDoesNotMatch',
      status: 403,
    })
    const unknown = harness.clientOf({ accessKey: 'nobody', secretKey: 'x' })
    expect((await failureOf(unknown.send(new ListBucketsCommand({})))).name).toBe('InvalidAccessKeyId')
    const anonymous = await fetch(`${harness.server.url}/${Bucket}/plain/a.txt`)
    expect(anonymous.status).toBe(403)
    expect(await anonymous.text()).toMatch(/<Code>AccessDenied<\/Code>/)
  })

  test('a read-only credential reads; its writes are refused, counted and without effect', async () => {
    await put('guarded', 'kept')
    const reader = harness.clientOf(READER)
    const before = harness.server.stats().credentials.reader!
    const read = await reader.send(new GetObjectCommand({ Bucket, Key: 'guarded' }))
    expect(await read.Body!.transformToString()).toBe('kept')
    await reader.send(new HeadObjectCommand({ Bucket, Key: 'guarded' }))
    const refused = [
      () => reader.send(new PutObjectCommand({ Bucket, Key: 'guarded', Body: Buffer.alloc(3_000_000) })),
      () => reader.send(new DeleteObjectCommand({ Bucket, Key: 'guarded' })),
      () => reader.send(new CopyObjectCommand({ Bucket, Key: 'x', CopySource: `${Bucket}/guarded` })),
    ]
    for (const call of refused) expect(await failureOf(call())).toEqual({ name: 'AccessDenied', status: 403 })
    expect(await text('guarded')).toBe('kept')
    const after = harness.server.stats().credentials.reader!
    expect(after.get - before.get).toBe(1)
    expect(after.head - before.head).toBe(1)
    expect(after.other - before.other).toBe(3)
    expect(after.refusedWrites - before.refusedWrites).toBe(3)
  })

  test('a clock that is off by more than a quarter of an hour is refused', async () => {
    const late = harness.clientOf(undefined, { systemClockOffset: -16 * 60 * 1000 })
    expect((await failureOf(late.send(new ListBucketsCommand({})))).name).toBe('RequestTimeTooSkewed')
    const fine = harness.clientOf(undefined, { systemClockOffset: 14 * 60 * 1000 })
    await fine.send(new ListBucketsCommand({}))
  })
})
