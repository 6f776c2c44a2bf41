import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DownloadedObject, ObjectListing } from '@dr-drill/runbook-core'
import { type NodeFileSystem, nodeFileSystem } from '@dr-drill/simulator/server'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ObjectStores, objectStores } from '../../../src/ports/object-store/index.ts'
import { cancellable, codeOf, errorOf, uncancelled } from '../../support/calls.ts'

let root: string
let files: NodeFileSystem
let server: Server | null = null
let stores: ObjectStores | null = null
let seen: IncomingMessage[]

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'drill-store-'))
  files = nodeFileSystem({ root })
  seen = []
})
afterEach(() => {
  stores?.close()
  server?.closeAllConnections()
  server?.close()
  files.close()
  rmSync(root, { recursive: true })
})

/** A store whose server answers as the test says. */
async function against(listener: RequestListener): Promise<ObjectStores> {
  const made = createServer((request, response) => {
    seen.push(request)
    listener(request, response)
  })
  server = made
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve))
  stores = objectStores({
    locations: {
      source: {
        endpoint: `http://127.0.0.1:${(made.address() as AddressInfo).port}`,
        region: 'us-east-1',
        bucket: 'bucket',
        prefix: 'pre/',
        keys: { accessKeyId: 'AKID', secretAccessKey: 'never-shown' },
      },
    },
    files,
    variables: {},
    limits: { connectMs: 1_000, idleMs: 300 },
  })
  return stores
}

const body = Buffer.alloc(300_000, 'drill')
const sha256 = createHash('sha256').update(body).digest()
const key = { store: 'source', key: 'k' }
const download = async (from: ObjectStores) =>
  (await from.handlers.download({ ...key, path: '/f', mode: 0o640 }, uncancelled)) as DownloadedObject
const failing = (status: number, code: string) =>
  against((_, response) =>
    response
      .writeHead(status, { 'content-type': 'application/xml' })
      .end(`<Error><Code>${code}</Code></Error>`),
  )

test('a download lands whole, with its digest, mode and the store prefix; nothing but a GET was sent', async () => {
  const from = await against((_, response) =>
    response
      .writeHead(200, {
        etag: '"e"',
        'x-amz-version-id': 'v',
        'x-amz-checksum-sha256': sha256.toString('base64'),
      })
      .end(body),
  )
  expect(await download(from)).toEqual({
    sizeBytes: body.length,
    sha256: sha256.toString('hex'),
    etag: '"e"',
    versionId: 'v',
  })
  expect(readFileSync(join(root, 'f'))).toEqual(body)
  expect(seen.map((request) => [request.method, request.url?.split('?')[0]])).toEqual([
    ['GET', '/bucket/pre/k'],
  ])
  expect(from.requests('source')).toEqual({ get: 1, head: 0, list: 0, other: 0 })
  // A second one replaces it.
  expect((await download(from)).sizeBytes).toBe(body.length)
})

test.each([
  ['x-amz-checksum-sha256', Buffer.alloc(32).toString('base64')],
  ['x-amz-checksum-crc32', 'AAAAAA=='],
  ['x-amz-checksum-crc32c', 'AAAAAA=='],
])('bytes that do not match %s are corrupt', async (name, value) => {
  const from = await against((_, response) => response.writeHead(200, { [name]: value }).end(body))
  expect(await codeOf(() => download(from))).toBe('object-corrupt')
})

test('a checksum of checksums says nothing about the bytes', async () => {
  const from = await against((_, response) =>
    response.writeHead(200, { 'x-amz-checksum-crc32': 'AAAAAA==-2' }).end(body),
  )
  expect((await download(from)).sizeBytes).toBe(body.length)
})

test('a body that ends early, or never comes, is an outage and not an object', async () => {
  const cut = await against((request, response) => {
    response.writeHead(200, { 'content-length': String(body.length) })
    response.write(body.subarray(0, 100_000), () => request.socket.destroy())
  })
  expect(await codeOf(() => download(cut))).toBe('store-unavailable')
  const silent = await against((_, response) => {
    response.writeHead(200, { 'content-length': '10' }).write('x')
  })
  expect(await codeOf(() => download(silent))).toBe('store-unavailable')
})

test.each([
  [404, 'NoSuchKey', 'object-missing'],
  [404, 'NoSuchBucket', 'environment-lacking'],
  [403, 'AccessDenied', 'store-denied'],
  [403, 'SignatureDoesNotMatch', 'store-denied'],
  [503, 'SlowDown', 'store-throttled'],
  [500, 'InternalError', 'store-unavailable'],
  [412, 'PreconditionFailed', 'object-changed'],
])('%d %s is %s, told once and without secrets', async (status, code, expected) => {
  const from = await failing(status, code)
  const error = await errorOf(() => download(from))
  expect(error.code).toBe(expected)
  expect(JSON.stringify(error.toRecord())).not.toMatch(/never-shown|Signature=/)
  expect(seen).toHaveLength(1)
})

test('a key that is there already is told apart from one that changed', async () => {
  const from = await failing(412, 'PreconditionFailed')
  const bytes = new Uint8Array(1)
  expect(await codeOf(() => from.handlers.put({ ...key, bytes, ifAbsent: true }, uncancelled))).toBe(
    'object-exists',
  )
  expect(seen[0]?.headers['if-none-match']).toBe('*')
})

test('head tells absence as null and denial as an error', async () => {
  expect(await (await failing(404, 'NotFound')).handlers.head(key, uncancelled)).toBe(null)
  const denied = await failing(403, 'AccessDenied')
  expect(await codeOf(() => denied.handlers.head(key, uncancelled))).toBe('store-denied')
})

test('a small object that is not small is refused while it comes', async () => {
  const from = await against((_, response) => response.end(body))
  expect(await codeOf(() => from.handlers.get({ ...key, sizeBytesMax: 1_000 }, uncancelled))).toBe(
    'input-too-large',
  )
})

const listing = (entries: string, rest = '') =>
  against((_, response) =>
    response
      .writeHead(200, { 'content-type': 'application/xml' })
      .end(`<ListBucketResult><EncodingType>url</EncodingType>${entries}${rest}</ListBucketResult>`),
  )
const list = async (from: ObjectStores, cursor?: string) =>
  (await from.handlers.list(
    { store: 'source', prefix: '', ...(cursor === undefined ? {} : { cursor }) },
    uncancelled,
  )) as ObjectListing
const entry = (name: string) =>
  `<Contents><Key>${name}</Key><Size>1</Size><ETag>"e"</ETag><LastModified>2026-02-11T00:00:00.000Z</LastModified></Contents>`

test('keys are decoded and stripped of the prefix; a listing outside it, or one that never ends, is refused', async () => {
  const good = await list(await listing(entry('pre/a%0A+b%C3%A4')))
  expect(good.objects).toEqual([
    { key: 'a\n bä', sizeBytes: 1, etag: '"e"', lastModifiedAt: Date.parse('2026-02-11T00:00:00Z') },
  ])
  expect(await codeOf(async () => list(await listing(entry('other/a'))))).toBe('response-invalid')
  expect(await codeOf(async () => list(await listing(entry('pre/%E0%A4%A'))))).toBe('response-invalid')
  const again = '<IsTruncated>true</IsTruncated><NextContinuationToken>same</NextContinuationToken>'
  const endless = await listing(entry('pre/a'), again)
  expect((await list(endless)).cursor).toBe('same')
  expect(await codeOf(() => list(endless, 'same'))).toBe('response-invalid')
  expect(await codeOf(async () => list(await listing('', '<IsTruncated>true</IsTruncated>')))).toBe(
    'response-invalid',
  )
})

test('an answer that is no XML is an error of the store, not a crash', async () => {
  const from = await against((_, response) => response.writeHead(200).end('<<<not xml'))
  expect(['store-unavailable', 'response-invalid']).toContain(await codeOf(() => list(from)))
})

test('a cancelled download ends', async () => {
  const { context, cancel } = cancellable()
  const from = await against((_, response) => {
    response.writeHead(200, { 'content-length': '10' }).write('x', () => cancel())
  })
  expect(await codeOf(() => from.handlers.download({ ...key, path: '/f', mode: 0o600 }, context))).toBe(
    'cancelled',
  )
})

test('a path outside the root is refused before bytes are written', async () => {
  const from = await against((_, response) => response.end(body))
  const escaping = () => from.handlers.download({ ...key, path: '/../f', mode: 0o600 }, uncancelled)
  expect(await codeOf(escaping)).toBe('path-escapes-root')
})

const bounded = (from: ObjectStores, sizeBytesMax: number) => () =>
  from.handlers.download({ ...key, path: '/f', mode: 0o600, sizeBytesMax }, uncancelled)

/** Sends the same bytes until nobody takes them any more. */
const endless = (bytes: Buffer) =>
  against((_, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write(bytes));
    }
    response.on('drain', more)
    response.on('error', () => {})
    more()
  })

test('an object larger than expected never fills the disk, whether it says so or not', async () => {
  const honest = await against((_, response) => response.end(body))
  await bounded(honest, body.length)()
  rmSync(join(root, 'f'))
  expect(await codeOf(bounded(honest, body.length - 1))).toBe('object-corrupt')
  expect(existsSync(join(root, 'f'))).toBe(false)
  expect(await codeOf(bounded(await endless(body), 1_000_000))).toBe('object-corrupt')
  expect(statSync(join(root, 'f')).size).toBeLessThanOrEqual(1_000_000)
})

test('a listing without end, or an error without end, is given up before it fills the memory', async () => {
  expect(await codeOf(async () => list(await endless(Buffer.alloc(300_000, '<a>'))))).toBe('response-invalid')
  const failure = await against((_, response) => {
    response.writeHead(404, { 'content-type': 'application/xml' })
    const more = (): void => {
      while (!response.destroyed && response.write(body));
    }
    response.on('drain', more)
    response.on('error', () => {})
    more()
  })
  expect(await codeOf(() => download(failure))).toBe('response-invalid')
})

test('entities that multiply themselves are no listing', async () => {
  const levels = Array.from({ length: 12 }, (_, at) => `<!ENTITY e${at + 1} "${`&e${at};`.repeat(10)}">`)
  const from = await against((_, response) =>
    response
      .writeHead(200, { 'content-type': 'application/xml' })
      .end(
        `<!DOCTYPE x [<!ENTITY e0 "xxxxxxxxxx">${levels.join('')}]><ListBucketResult><Contents><Key>pre/&e12;</Key></Contents></ListBucketResult>`,
      ),
  )
  const keys = await list(from).then(
    ({ objects }) => objects.map((object) => object.key),
    () => [],
  )
  expect(keys.join('').length).toBeLessThan(10_000)
})

test("a store's words enter an error in part only", async () => {
  const from = await against((_, response) =>
    response
      .writeHead(403, { 'content-type': 'application/xml' })
      .end(`<Error><Code>${'C'.repeat(5_000)}</Code><Message>${'m'.repeat(50_000)}</Message></Error>`),
  )
  expect((await errorOf(() => download(from))).message.length).toBeLessThan(1_000)
})
