import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeFileSystem } from '@dr-drill/simulator/server'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { objectStores, type StoreKeys } from '../../src/ports/object-store/index.ts'
import { codeOf, uncancelled } from '../support/calls.ts'
import { testedCommand } from '../support/own-command.ts'
import { isAlive, until } from '../support/processes.ts'
import { runCli } from './run-cli.ts'

let directory: string
const children: ChildProcess[] = []

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'drill-serve-'))
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(directory, { recursive: true })
})

/** A server as a child; its ready line, and its exit. */
async function serve(args: readonly string[], env: Record<string, string> = {}) {
  const [node, ...rest] = testedCommand()
  const child = spawn(node, [...rest, 'serve', ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  children.push(child)
  const exit = new Promise<number | null>((resolve) => child.on('exit', resolve))
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (text: Buffer) => resolve(text.toString()))
    child.once('exit', (code) => reject(new Error(`it ended with ${code} before it was ready`)))
  })
  const ready = JSON.parse(line) as { url: string; pid: number }
  expect(ready.pid).toBe(child.pid)
  return { child, exit, ...ready }
}

function storeAt(endpoint: string, keys: StoreKeys | null) {
  return objectStores({
    locations: { s: { endpoint, region: 'us-east-1', bucket: 'bucket', prefix: 'p/', keys } },
    files: nodeFileSystem({ root: directory }),
    variables: {},
  })
}

test('serve s3: a bucket is there, objects come back, a read-only pair may only read, SIGTERM ends it well', async () => {
  const server = await serve(['s3', '--data', join(directory, 's3'), '--bucket', 'bucket'], {
    DRILL_S3_ACCESS_KEY: 'writer',
    DRILL_S3_SECRET_KEY: 'secret-1',
    DRILL_S3_READONLY_ACCESS_KEY: 'reader',
    DRILL_S3_READONLY_SECRET_KEY: 'secret-2',
  })
  const key = 'a b/ä+%2F\n'
  const bytes = new TextEncoder().encode('content')
  const object = { store: 's', key }
  const writer = storeAt(server.url, { accessKeyId: 'writer', secretAccessKey: 'secret-1' })
  await writer.handlers.put({ ...object, bytes, ifAbsent: true }, uncancelled)
  expect(await codeOf(() => writer.handlers.put({ ...object, bytes, ifAbsent: true }, uncancelled))).toBe(
    'object-exists',
  )
  const reader = storeAt(server.url, { accessKeyId: 'reader', secretAccessKey: 'secret-2' })
  expect(await codeOf(() => reader.handlers.put({ ...object, bytes, ifAbsent: false }, uncancelled))).toBe(
    'store-denied',
  )
  expect(await reader.handlers.get({ ...object, sizeBytesMax: 100 }, uncancelled)).toMatchObject({ bytes })
  expect(await reader.handlers.head(object, uncancelled)).toMatchObject({ sizeBytes: 7 })
  expect(await reader.handlers.list({ store: 's', prefix: '' }, uncancelled)).toMatchObject({
    objects: [{ key }],
    cursor: null,
  })
  await reader.handlers.download({ ...object, path: '/copy', mode: 0o600 }, uncancelled)
  const sha256 = 'ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73'
  await writer.handlers.upload({ store: 's', key: 'up', path: '/copy', ifAbsent: true, sha256 }, uncancelled)
  expect(await writer.handlers.versions({ store: 's', prefix: 'up' }, uncancelled)).toMatchObject({
    versions: [{ key: 'up', isLatest: true, sizeBytes: 7 }],
  })
  const stranger = storeAt(server.url, { accessKeyId: 'writer', secretAccessKey: 'wrong' })
  expect(await codeOf(() => stranger.handlers.head(object, uncancelled))).toBe('store-denied')
  expect(reader.requests('s')).toEqual({ get: 2, head: 1, list: 1, other: 1 })
  server.child.kill('SIGTERM')
  expect(await server.exit).toBe(0)
})

test('serve s3 without keys: the well-known pair on loopback, refusal anywhere else', async () => {
  const server = await serve(['s3', '--data', join(directory, 's3'), '--bucket', 'bucket'])
  expect(await storeAt(server.url, null).handlers.head({ store: 's', key: 'x' }, uncancelled)).toBe(null)
  const refused = await runCli(['serve', 's3', '--data', join(directory, 'x'), '--host', '0.0.0.0'])
  expect([refused.code, refused.stdout]).toEqual([2, ''])
  expect(refused.stderr).toContain('needs keys of its own')
})

test('serve stemedb answers, and ends with its parent when told so', async () => {
  const server = await serve(['stemedb', '--data', directory], { DRILL_EXIT_WITH_PARENT: '1' })
  const health = await fetch(`${server.url}/v1/health`)
  expect(health.status).toBe(200)
  expect(await health.json()).toMatchObject({ status: 'healthy', assertion_count: 0 })
  server.child.stdin?.end()
  await until(() => !isAlive(server.pid))
})
