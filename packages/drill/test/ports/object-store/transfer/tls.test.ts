import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import type { DownloadedObject } from '@dr-drill/runbook-core'
import { type NodeFileSystem, nodeFileSystem } from '@dr-drill/simulator/server'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type ObjectStores, objectStores } from '../../../../src/ports/object-store/index.ts'
import { errorOf, uncancelled } from '../../../support/calls.ts'
import { CERTIFICATE, CERTIFICATE_KEY } from './certificate.ts'

const trusted = getCACertificates('default')
const body = randomBytes(1_500_000)
let root: string
let files: NodeFileSystem
let server: Server
let connections = 0
let stores: ObjectStores | null = null

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'drill-tls-'))
  files = nodeFileSystem({ root, durable: false })
  server = createServer({ cert: CERTIFICATE, key: CERTIFICATE_KEY }, (_, response) => response.end(body))
  server.on('secureConnection', () => {
    connections += 1
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(() => {
  stores?.close()
  stores = null
  setDefaultCACertificates(trusted)
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
  files.close()
  rmSync(root, { recursive: true })
})

async function download(host: string): Promise<DownloadedObject> {
  const endpoint = `https://${host}:${(server.address() as AddressInfo).port}`
  const keys = { accessKeyId: 'AKID', secretAccessKey: 'never-shown' }
  stores ??= objectStores({
    locations: { source: { endpoint, region: 'us-east-1', bucket: 'bucket', prefix: '', keys } },
    files,
    variables: {},
  })
  const input = { store: 'source', key: 'k', path: '/f', mode: 0o600 }
  return (await stores.handlers.download(input, uncancelled)) as DownloadedObject
}

test('objects come over TLS, on one connection, when the certificate is trusted', async () => {
  setDefaultCACertificates([...trusted, CERTIFICATE])
  for (let count = 0; count < 3; count += 1) {
    const { sha256, sizeBytes } = await download('localhost')
    expect(sizeBytes).toBe(body.length)
    expect(sha256).toBe(createHash('sha256').update(body).digest('hex'))
    expect(readFileSync(join(root, 'f')).equals(body)).toBe(true)
  }
  expect(connections).toBe(1)
})

test('a certificate that nobody vouches for is no connection', async () => {
  const error = await errorOf(() => download('localhost'))
  expect(error.code).toBe('store-unavailable')
  expect(error.message).toContain('SELF_SIGNED')
})
