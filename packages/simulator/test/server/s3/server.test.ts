import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { type S3FaultAction, s3Fault } from '@dr-drill/simulator'
import { STATISTICS_PATH, startS3Server } from '@dr-drill/simulator/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { failureOf, Harness, READER, WRITER } from './harness.ts'
import { signed } from './signing.ts'

const harness = new Harness()
const Bucket = 'wire'
const HISTORY_MS = Date.UTC(2026, 1, 11, 0, 5, 0)
const send: Harness['client']['send'] = ((command: never) => harness.client.send(command)) as never
const put = (Key: string, Body: string) => send(new PutObjectCommand({ Bucket, Key, Body }))
const text = async (Key: string) =>
  (await send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToString()

beforeAll(async () => {
  await harness.start({ adminToken: 'token', historyClock: () => HISTORY_MS, idleMs: 300 })
  await send(new CreateBucketCommand({ Bucket }))
})
afterAll(() => harness.stop())

/** Sends bytes as they are and gives all that comes back until the connection ends. */
function raw(lines: string, more: { thenWait?: boolean } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const { port, hostname } = new URL(harness.server.url)
    const socket = connect(Number(port), hostname, () => socket.write(lines))
    let answer = ''
    socket.on('data', (bytes) => {
      answer += bytes.toString('latin1')
      if (more.thenWait !== true && answer.includes('\r\n\r\n')) socket.end()
    })
    socket.on('close', () => resolve(answer))
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' ? resolve(answer) : reject(error),
    )
  })
}

describe('faults over HTTP', () => {
  async function under<A>(action: S3FaultAction, call: () => Promise<A>): Promise<A> {
    const remove = harness.server.faults.add(({ operation }) =>
      operation === 'GetObject' ? action : s3Fault.pass,
    )
    try {
      return await call()
    } finally {
      remove()
    }
  }

  test('errors, resets, short bodies', async () => {
    await put('faulty', '0123456789')
    expect(await under(s3Fault.respond('SlowDown'), () => failureOf(text('faulty')))).toEqual({
      name: 'SlowDown',
      status: 503,
    })
    expect((await under(s3Fault.reset, () => failureOf(text('faulty')))).name).toMatch(/Error|ECONNRESET/)
    expect((await under(s3Fault.truncateBodyAt(4), () => failureOf(text('faulty')))).name).not.toBe(
      'no error',
    )
    expect(await under(s3Fault.truncateBodyAt(10), () => text('faulty'))).toBe('0123456789')
    expect(await under(s3Fault.delay(5), () => text('faulty'))).toBe('0123456789')
  })
})

describe('time', () => {
  test('LastModified is history time, signatures are wall time', async () => {
    await put('dated', 'x')
    const { LastModified } = await send(new HeadObjectCommand({ Bucket, Key: 'dated' }))
    expect(LastModified?.getTime()).toBe(HISTORY_MS)
    const { Contents } = await send(new ListObjectsV2Command({ Bucket, Prefix: 'dated' }))
    expect(Contents?.[0]?.LastModified?.getTime()).toBe(HISTORY_MS)
  })
})

describe('counters from outside', () => {
  const ask = async (headers: Record<string, string>) =>
    await fetch(harness.server.url + STATISTICS_PATH, { headers })

  test('are for those who know the token', async () => {
    expect((await ask({})).status).toBe(403)
    expect((await ask({ authorization: 'Bearer wrong' })).status).toBe(403)
    const answer = await ask({ authorization: 'Bearer token' })
    expect(await answer.json()).toEqual(JSON.parse(JSON.stringify(harness.server.stats())))
  })
})

describe('clients that are slow, rude or gone', () => {
  const head = (more: string) => {
    const { headers } = signed(harness, 'PUT', `/${Bucket}/slow`, 'UNSIGNED-PAYLOAD')
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    return `PUT /${Bucket}/slow HTTP/1.1\r\nconnection: close\r\n${lines.join('')}${more}\r\n`
  }

  test('a body that stops coming ends in RequestTimeout, and no bytes stay', async () => {
    const answer = await raw(`${head('content-length: 100\r\n')}only this`, { thenWait: true })
    expect(answer).toMatch(/^HTTP\/1.1 400/)
    expect(answer).toContain('<Code>RequestTimeout</Code>')
    expect(readdirSync(join(harness.directory, 'data', 'temporary'))).toEqual([])
    expect((await failureOf(text('slow'))).name).toBe('NoSuchKey')
  })

  test('who waits for 100 gets it when welcome, and a refusal when not', async () => {
    const welcome = await raw(`${head('content-length: 4\r\nexpect: 100-continue\r\n')}1234`, {
      thenWait: true,
    })
    expect(welcome).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200/)
    const unwelcome = await raw(head('content-length: 4\r\nexpect: 100-continue\r\nx-amz-acl: unsigned\r\n'))
    expect(unwelcome).toMatch(/^HTTP\/1.1 403/)
  })

  test('a refusal reaches a client that is still sending', async () => {
    const { headers } = signed(harness, 'PUT', `/${Bucket}/refused`, 'UNSIGNED-PAYLOAD', {
      'x-amz-tagging': 'a=b',
    })
    for (let round = 0; round < 5; round += 1) {
      const status = await new Promise((resolve, reject) => {
        const options = { method: 'PUT', headers: { ...headers, 'content-length': 3_000_000 }, agent: false }
        const sending = request(`${harness.server.url}/${Bucket}/refused`, options, (answer) => {
          answer.resume()
          answer.on('end', () => resolve(answer.statusCode))
        })
        sending.on('error', reject)
        sending.end(Buffer.alloc(3_000_000))
      })
      expect(status).toBe(501)
    }
  })

  test('nonsense and endless headers end the connection, not the server', async () => {
    await raw('\x16\x03\x01 no http\r\n\r\n', { thenWait: true })
    await raw(`GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'y'.repeat(70_000)}\r\n\r\n`, { thenWait: true })
    expect(await raw(`GET http://elsewhere/${Bucket} HTTP/1.1\r\nhost: x\r\n\r\n`)).toMatch(/^HTTP\/1.1 403/)
    await put('still', 'there')
    expect(await text('still')).toBe('there')
  })
})

test('answers give their descriptors back, also refused and abandoned ones', async () => {
  await put('open', 'x'.repeat(1_000_000))
  const open = () => readdirSync('/proc/self/fd').length
  const get = async (more: object) => {
    const answer = await send(new GetObjectCommand({ Bucket, Key: 'open', ...more }))
    const body = answer.Body as Readable
    body.on('error', () => {})
    body.destroy()
  }
  await get({})
  const before = open()
  for (let round = 0; round < 20; round += 1) {
    await get({})
    await failureOf(get({ Range: 'bytes=2000000-' }))
    await failureOf(get({ IfMatch: '"other"' }))
    await text('open')
  }
  // Sockets that were hung up on are still being closed.
  expect(open() - before).toBeLessThan(15)
})

describe('start and stop', () => {
  test('what an old server held, a new one serves; close is prompt with a request in flight', async () => {
    const dataDirectory = join(harness.directory, 'data')
    await put('kept', 'over a restart')
    const { port, hostname } = new URL(harness.server.url)
    const { headers } = signed(harness, 'PUT', `/${Bucket}/stuck`, 'UNSIGNED-PAYLOAD', {
      expect: '100-continue',
    })
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    const socket = connect(Number(port), hostname)
    const ended = new Promise((resolve) => {
      socket.on('error', () => {})
      socket.on('close', resolve)
    })
    socket.write(`PUT /${Bucket}/stuck HTTP/1.1\r\n${lines.join('')}content-length: 10\r\n\r\n`)
    // The service asks for the body: the request is in flight.
    await new Promise((resolve) => socket.once('data', resolve))
    await harness.server.close()
    await ended
    await expect(fetch(harness.server.url)).rejects.toThrow()
    harness.server = await startS3Server({ dataDirectory, credentials: [WRITER, READER] })
    harness.client = harness.clientOf()
    expect(await text('kept')).toBe('over a restart')
    const file = harness.bytesFile(Bucket, 'kept')
    expect(readFileSync(file, 'utf8')).toBe('over a restart')
    expect(statSync(file).mode & 0o777).toBe(0o644)
    expect(existsSync(`${file}.json`)).toBe(true)
  })

  test('a data directory that it makes is closed to other users', () => {
    expect(statSync(join(harness.directory, 'data')).mode & 0o077).toBe(0)
  })

  test('a port in use is told as an operating error', async () => {
    const port = Number(new URL(harness.server.url).port)
    const second = startS3Server({ dataDirectory: join(harness.directory, 'other'), credentials: [], port })
    await expect(second).rejects.toMatchObject({ code: 'environment-lacking' })
  })
})
