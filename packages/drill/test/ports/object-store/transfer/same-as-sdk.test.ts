import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DownloadedObject, OperatingError } from '@dr-drill/runbook-core'
import { type NodeFileSystem, nodeFileSystem } from '@dr-drill/simulator/server'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ObjectStores, objectStores } from '../../../../src/ports/object-store/index.ts'
import { errorOf, uncancelled } from '../../../support/calls.ts'

const numRuns = process.env.DRILL_TEST_LONG === '1' ? 1_000 : 60

let root: string
let files: NodeFileSystem
let server: Server
let stores: ObjectStores
let seen: IncomingMessage[]
let answer: RequestListener

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'drill-same-'))
  files = nodeFileSystem({ root, durable: false })
  server = createServer((request, response) => {
    seen.push(request)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const keys = { accessKeyId: 'AKID', secretAccessKey: 'never-shown', sessionToken: 'token' }
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  stores = objectStores({
    locations: { source: { endpoint, region: 'eu-west-1', bucket: 'bucket', prefix: 'in/', keys } },
    files,
    variables: {},
  })
})
afterAll(() => {
  stores.close()
  server.closeAllConnections()
  server.close()
  files.close()
  rmSync(root, { recursive: true })
})

const download = async (input: { key: string; versionId?: string }) =>
  (await stores.handlers.download(
    { store: 'source', path: '/f', mode: 0o600, ...input },
    uncancelled,
  )) as DownloadedObject
/** The same object by the SDK's own way. */
const get = async (input: { key: string; versionId?: string }) =>
  (await stores.handlers.get({ store: 'source', sizeBytesMax: 1_000_000, ...input }, uncancelled)) as {
    bytes: Uint8Array
    etag: string
    versionId: string | null
  }

/** What of a request says which object is wanted, and who asks. */
function asked(request: IncomingMessage | undefined) {
  const url = request?.url ?? ''
  const [path = '', query = ''] = url.split('?')
  const wanted = query.split('&').filter((part) => part !== 'x-id=GetObject')
  const { host } = request?.headers ?? {}
  const { authorization = '', 'x-amz-security-token': token } = request?.headers ?? {}
  return { path, query: wanted.join('&'), host, token, scope: /Credential=([^,]+),/.exec(authorization)?.[1] }
}

test('any key and version is asked for as the SDK asks for it, and comes back alike', async () => {
  const key = fc.oneof(
    fc.string({ minLength: 1, maxLength: 20, unit: 'binary' }),
    fc.constantFrom(
      'a//b',
      '/a',
      'a/../b',
      './a',
      "it's (a) *key*!",
      'a+b c',
      'ä/é',
      '%2e%2e',
      '?x=y#z',
      '~',
    ),
  )
  const version = fc.option(fc.string({ minLength: 1, maxLength: 10, unit: 'binary' }), { nil: undefined })
  const property = fc.asyncProperty(
    key,
    version,
    fc.uint8Array({ maxLength: 300 }),
    async (key, versionId, body) => {
      seen = []
      answer = (_, response) =>
        response.writeHead(200, { etag: '"e"', 'x-amz-version-id': 'v' }).end(Buffer.from(body))
      const input = versionId === undefined ? { key } : { key, versionId }
      const [ours, theirs] = [await download(input), await get(input)]
      expect(asked(seen[0])).toEqual(asked(seen[1]))
      expect(new Uint8Array(readFileSync(join(root, 'f')))).toEqual(theirs.bytes)
      expect([ours.etag, ours.versionId]).toEqual([theirs.etag, theirs.versionId])
    },
  )
  await fc.assert(property, { numRuns })
})

test.each([
  [404, 'NoSuchKey'],
  [404, 'NoSuchBucket'],
  [404, 'NoSuchVersion'],
  [403, 'AccessDenied'],
  [403, 'RequestTimeTooSkewed'],
  [400, 'AuthorizationHeaderMalformed'],
  [301, 'PermanentRedirect'],
  [307, 'TemporaryRedirect'],
  [403, 'InvalidObjectState'],
  [412, 'PreconditionFailed'],
  [429, 'TooManyRequests'],
  [500, 'InternalError'],
  [503, 'SlowDown'],
  [418, 'NobodyKnows'],
])('an answer %d %s is the same error by either way', async (status, code) => {
  seen = []
  answer = (_, response) =>
    response
      .writeHead(status, { 'content-type': 'application/xml' })
      .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>in &lt;words&gt;</Message></Error>`)
  const told = (error: OperatingError) => ({ ...error.toRecord(), message: error.message })
  const ours = told(await errorOf(() => download({ key: 'k' })))
  expect(ours).toEqual(told(await errorOf(() => get({ key: 'k' }))))
  expect(seen).toHaveLength(2)
})

test('an error that is no XML is told by its status', async () => {
  answer = (_, response) =>
    response.writeHead(502, { 'content-type': 'text/html' }).end('<html><p>Bad gateway')
  expect((await errorOf(() => download({ key: 'k' }))).code).toBe('store-unavailable')
})
