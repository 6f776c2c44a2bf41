import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import type { HttpRequest, HttpResponse } from '@dr-drill/runbook-core'
import { afterEach, expect, test } from 'vitest'
import { realHttp } from '../../src/ports/http.ts'
import { cancellable, codeOf, uncancelled } from '../support/calls.ts'

const servers: Server[] = []
const sockets: Socket[] = []

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const server of servers.splice(0)) server.close()
})

async function listening(server: Server): Promise<string> {
  servers.push(server)
  server.on('connection', (socket) => sockets.push(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const serving = (listener: RequestListener) => listening(createHttpServer(listener))
const speaking = (bytes: string | Buffer) =>
  listening(createTcpServer((socket) => socket.on('error', () => {}).end(bytes)))

const request: HttpRequest = {
  endpoint: 'api',
  method: 'GET',
  path: '/v1/health',
  timeoutMs: 30_000,
  responseBytesMax: 1000,
}
const at = (url: string | null) => () => (url === null ? null : { url, token: null })
const ask = (base: string | null, rest: Partial<HttpRequest> = {}) =>
  realHttp(at(base)).ask({ ...request, ...rest }, uncancelled) as Promise<HttpResponse>

test('status, type and text of any answer come back; a body goes as JSON', async () => {
  const base = await serving((incoming, response) => {
    incoming.setEncoding('utf8').on('data', (text) => {
      response.writeHead(418, { 'content-type': 'text/x' }).end(`${incoming.method} ${incoming.url} ${text}`)
    })
  })
  expect(await ask(base, { method: 'POST', path: '/q?a=%C3%A4', body: { ü: 1 } })).toEqual({
    status: 418,
    contentType: 'text/x',
    text: 'POST /q?a=%C3%A4 {"ü":1}',
  })
})

test('a token is sent to the endpoint that it belongs to', async () => {
  const url = await serving((incoming, response) => response.end(incoming.headers.authorization ?? 'none'))
  const http = realHttp((name) => ({ url, token: name === 'api' ? 'secret' : null }))
  expect(await http.ask(request, uncancelled)).toMatchObject({ text: 'Bearer secret' })
  expect(await http.ask({ ...request, endpoint: 'other' }, uncancelled)).toMatchObject({ text: 'none' })
})

test('no listener, no name, a closed connection and a half answer are connection failures', async () => {
  const gone = await serving(() => {})
  await new Promise((resolve) => servers.pop()?.close(resolve))
  expect(await codeOf(() => ask(gone))).toBe('connection-failed')
  expect(await codeOf(() => ask(null))).toBe('connection-failed')
  expect(await codeOf(async () => ask(await speaking('')))).toBe('connection-failed')
  const half = 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'
  expect(await codeOf(async () => ask(await speaking(half)))).toBe('connection-failed')
})

test('what is not HTTP, too long or not UTF-8 is an invalid answer', async () => {
  expect(await codeOf(async () => ask(await speaking('SSH-2.0-OpenSSH_9\r\n')))).toBe('response-invalid')
  const long = await serving((_, response) => response.end('x'.repeat(1001)))
  expect(await codeOf(() => ask(long))).toBe('response-invalid')
  const binary = await serving((_, response) => response.end(Buffer.from([0xff, 0xfe])))
  expect(await codeOf(() => ask(binary))).toBe('response-invalid')
})

test('a server that never answers, or never ends its answer, is given up', async () => {
  expect(await codeOf(async () => ask(await serving(() => {}), { timeoutMs: 50 }))).toBe('timed-out')
  const slow = await serving((_, response) => response.write('begun'))
  expect(await codeOf(() => ask(slow, { timeoutMs: 200 }))).toBe('timed-out')
})

test('a cancelled request ends', async () => {
  const { context, cancel } = cancellable()
  const base = await serving(() => cancel())
  expect(await codeOf(() => realHttp(at(base)).ask(request, context))).toBe('cancelled')
})

test('a path cannot smuggle a second request', async () => {
  const path = '/v1/health HTTP/1.1\r\nhost: x\r\n\r\nGET /admin'
  expect(await codeOf(() => ask('http://127.0.0.1:1', { path }))).toBe('input-invalid')
})
