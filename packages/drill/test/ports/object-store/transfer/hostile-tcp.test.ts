import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DownloadedObject } from '@dr-drill/runbook-core'
import { type NodeFileSystem, nodeFileSystem } from '@dr-drill/simulator/server'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ObjectStores, objectStores } from '../../../../src/ports/object-store/index.ts'
import { cancellable, codeOf, errorOf, uncancelled } from '../../../support/calls.ts'

let root: string
let files: NodeFileSystem
let server: Server
let sockets: Socket[]
let stores: ObjectStores | null

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'drill-tcp-'))
  files = nodeFileSystem({ root, durable: false })
  sockets = []
  stores = null
})
afterEach(() => {
  stores?.close()
  for (const socket of sockets) socket.destroy()
  server?.close()
  files.close()
  rmSync(root, { recursive: true })
})

/** A store of which each request is answered, or not, by `answer`; `number` counts the requests of its connection. */
async function against(
  answer: (socket: Socket, number: number) => void,
  idleMs?: number,
): Promise<ObjectStores> {
  server = createServer((socket) => {
    sockets.push(socket)
    let text = ''
    let number = 0
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1')
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        text = text.slice(end + 4)
        number += 1
        answer(socket, number)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return storesAt((server.address() as AddressInfo).port, idleMs)
}

function storesAt(port: number, idleMs = 10_000): ObjectStores {
  const keys = { accessKeyId: 'AKID', secretAccessKey: 'never-shown' }
  const endpoint = `http://127.0.0.1:${port}`
  stores = objectStores({
    locations: { source: { endpoint, region: 'us-east-1', bucket: 'bucket', prefix: '', keys } },
    files,
    variables: {},
    limits: { connectMs: 10_000, idleMs },
  })
  return stores
}

const download = async (from: ObjectStores, path = '/f', context = uncancelled) =>
  (await from.handlers.download(
    { store: 'source', key: 'k', path, mode: 0o600 },
    context,
  )) as DownloadedObject
const ok = (body: string, ...headers: string[]) =>
  ['HTTP/1.1 200 OK', `content-length: ${body.length}`, ...headers, '', body].join('\r\n')

const failing = (status: string, body: string) =>
  `HTTP/1.1 ${status}\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: ${body.length}\r\n\r\n${body}`
const bare = (line: string) => `HTTP/1.1 ${line}\r\ncontent-length: 1\r\n\r\nx`

test.each([
  ['garbage', 'response-invalid', '\0\x01\x02 no http at all'],
  ['a head without end', 'response-invalid', `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(20_000)}`],
  ['part of an object', 'response-invalid', bare('206 Partial Content')],
  ['no content', 'response-invalid', 'HTTP/1.1 204 No Content\r\n\r\n'],
  [
    'a redirect to another region',
    'environment-lacking',
    failing('301 Moved Permanently', '<Error><Code>PermanentRedirect</Code></Error>'),
  ],
  ['a redirect for a while', 'environment-lacking', failing('307 Temporary Redirect', '')],
  ['an error without a word', 'store-unavailable', failing('503 Service Unavailable', '')],
] as const)('%s is %s', async (_, code, bytes) => {
  const from = await against((socket) => socket.write(bytes))
  const error = await errorOf(() => download(from))
  expect(error.code).toBe(code)
  expect(JSON.stringify(error.toRecord())).not.toMatch(/never-shown|Signature=|AKID/)
  expect(from.requests('source')).toEqual({ get: 1, head: 0, list: 0, other: 0 })
})

test('a body shorter than announced is an outage; one that is longer ends where it said', async () => {
  const short = await against((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc'))
  expect(await codeOf(() => download(short))).toBe('store-unavailable')
  server.close()
  const long = await against((socket) => socket.write(`${ok('abc')}more`))
  expect((await download(long)).sizeBytes).toBe(3)
  expect(readFileSync(join(root, 'f'), 'latin1')).toBe('abc')
  // What followed would have been taken for the next answer.
  expect((await download(long)).sizeBytes).toBe(3)
  expect(sockets.length).toBe(3)
})

test('a reset is an outage, and so is a port where nobody listens', async () => {
  const from = await against((socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc', () => socket.resetAndDestroy())
  })
  expect(await codeOf(() => download(from))).toBe('store-unavailable')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  expect(await codeOf(() => download(storesAt(port)))).toBe('store-unavailable')
})

test('silence in the middle of a body is an outage', async () => {
  const from = await against((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc'), 150)
  expect(await codeOf(() => download(from))).toBe('store-unavailable')
})

/** Sends a byte now and then, for ever. */
const trickle = (socket: Socket, text: string): void => {
  let at = 0
  const timer = setInterval(() => socket.write(text[at++ % text.length] ?? ''), 20)
  socket.on('close', () => clearInterval(timer))
}

test('a head or a body that trickles is given up, though it never falls silent', async () => {
  const heads = await against((socket) => trickle(socket, `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(10_000)}`), 150)
  expect(await codeOf(() => download(heads))).toBe('store-unavailable')
  server.close()
  const contents = await against((socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n')
    trickle(socket, 'x')
  }, 150)
  expect(await codeOf(() => download(contents))).toBe('store-unavailable')
})

test('a body that ends with its connection is whole', async () => {
  const from = await against((socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nto the end'))
  expect((await download(from)).sizeBytes).toBe(10)
  expect((await download(from)).sizeBytes).toBe(10)
  expect(sockets.length).toBe(2)
})

test('one connection serves one download after another, after an error answer too', async () => {
  const missing =
    'HTTP/1.1 404 Not Found\r\ncontent-length: 42\r\n\r\n<Error><Code>NoSuchKey</Code></Error>     '
  const from = await against((socket, number) => socket.write(number === 2 ? missing : ok('abc')))
  expect((await download(from)).sizeBytes).toBe(3)
  expect(await codeOf(() => download(from))).toBe('object-missing')
  expect((await download(from)).sizeBytes).toBe(3)
  expect(sockets.length).toBe(1)
})

test('a connection that the server gives up between two downloads is replaced', async () => {
  const from = await against((socket) => socket.end(ok('abc', 'connection: close')))
  for (let count = 1; count <= 3; count += 1) expect((await download(from)).sizeBytes).toBe(3)
  expect(sockets.length).toBe(3)
})

test('downloads beyond the limit of connections wait for one, and can be given up while they wait', async () => {
  const held: Socket[] = []
  let letGo = false
  const from = await against((socket) => {
    if (letGo) socket.write(ok('abc'))
    else held.push(socket)
    if (held.length === 32 && !letGo) queueMicrotask(release)
  })
  const { context, cancel } = cancellable()
  const all = Array.from({ length: 40 }, (_, at) => download(from, `/f${at}`))
  const givenUp = codeOf(() => download(from, '/g', context))
  function release(): void {
    cancel()
    letGo = true
    for (const socket of held) socket.write(ok('abc'))
  }
  expect(await givenUp).toBe('cancelled')
  expect((await Promise.all(all)).map((one) => one.sizeBytes)).toEqual(Array(40).fill(3))
  expect(sockets.length).toBe(32)
})

test('a failure is told only when nothing writes to the file any more', async () => {
  const size = 3_000_000
  const from = await against((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${size}\r\n\r\n`)
    socket.write(Buffer.alloc(size - 1, 1), () => socket.resetAndDestroy())
  })
  let writing = 0
  const watched: NodeFileSystem = {
    ...files,
    write: async (input, context) => {
      writing += 1
      await files.write(input, context)
      writing -= 1
    },
  }
  const { port } = server.address() as AddressInfo
  from.close()
  files = watched
  expect(await codeOf(() => download(storesAt(port)))).toBe('store-unavailable')
  expect(writing).toBe(0)
})
