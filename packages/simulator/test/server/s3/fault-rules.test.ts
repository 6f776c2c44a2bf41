import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import type { S3RuleRecord } from '@dr-drill/simulator'
import { FAULTS_PATH } from '@dr-drill/simulator/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { failureOf, Harness } from './harness.ts'

const harness = new Harness()
const Bucket = 'rules'
const send: Harness['client']['send'] = ((command: never) => harness.client.send(command)) as never
const get = (Key: string) => send(new GetObjectCommand({ Bucket, Key }))
const listed = async (Prefix: string) =>
  ((await send(new ListObjectsV2Command({ Bucket, Prefix }))).Contents ?? []).map(({ Key }) => Key)

function ask(method: 'GET' | 'PUT', body: unknown, token = 'token'): Promise<Response> {
  return fetch(`${harness.server.url}${FAULTS_PATH}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(method === 'PUT' ? { body: typeof body === 'string' ? body : JSON.stringify(body) } : {}),
  })
}
const rules = (...records: readonly S3RuleRecord[]) => ask('PUT', records)
const hits = async () => ((await (await ask('GET', null)).json()) as { hits: unknown }).hits

beforeAll(async () => {
  await harness.start({ adminToken: 'token' })
  await send(new CreateBucketCommand({ Bucket }))
  for (const Key of ['d/a', 'd/b']) await send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))
})
afterAll(() => harness.stop())

test('rules set from another process strike, are counted, and end when they are replaced', async () => {
  await rules(
    {
      id: 'lost',
      operations: ['GetObject'],
      keys: ['d/a'],
      action: { kind: 'respond', code: 'NoSuchKey' },
      times: 1,
    },
    {
      id: 'hidden',
      operations: ['ListObjectsV2'],
      keys: ['d/b'],
      action: { kind: 'hide', keys: [] },
      times: null,
    },
  )
  expect((await failureOf(get('d/a'))).name).toBe('NoSuchKey')
  expect((await failureOf(get('d/a'))).name).toBe('no error')
  expect(await listed('d/')).toEqual(['d/a'])
  expect(await hits()).toEqual({ lost: 1, hidden: 1 })
  // The counts of the rules that are replaced are told once more.
  expect(await (await rules()).json()).toEqual({ hits: { lost: 1, hidden: 1 } })
  expect([await listed('d/'), await hits()]).toEqual([['d/a', 'd/b'], {}])
})

test('while every connection is reset the rules can still be changed', async () => {
  await rules({ id: 'outage', operations: null, keys: null, action: { kind: 'reset' }, times: null })
  expect((await failureOf(get('d/a'))).name).not.toBe('no error')
  await rules()
  expect((await failureOf(get('d/a'))).name).toBe('no error')
})

test('nobody without the token changes or reads them, and what is no list of rules changes nothing', async () => {
  await rules({ id: 'kept', operations: null, keys: ['d/a'], action: { kind: 'pass' }, times: null })
  expect([(await ask('PUT', [], 'guess')).status, (await ask('GET', null, 'guess')).status]).toEqual([
    403, 403,
  ])
  for (const wrong of ['no JSON', '{}', [{ id: 'x' }]]) expect((await ask('PUT', wrong)).status).toBe(400)
  expect(await hits()).toEqual({ kept: 0 })
  await rules()
})
