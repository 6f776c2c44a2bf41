import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { driveAsync, environment, type PortHandlers } from '@dr-drill/runbook-core'
import { versionPaths } from '@dr-drill/simulator'
import { nodeFileSystem, startS3Server } from '@dr-drill/simulator/server'
import {
  type ObjectStoreUnderTest,
  objectStoreConformance,
} from '../../../../simulator/test/conformance/object-store.conformance.ts'
import { objectStores } from '../../../src/ports/object-store/index.ts'

const STARTED_AT = Date.UTC(2026, 1, 11, 0, 5)
const BUCKET = 'backups'
const READER = { accessKey: 'reader', secretKey: 'reader-secret', rights: 'read-only' } as const
const WRITER = { accessKey: 'writer', secretKey: 'writer-secret', rights: 'read-write' } as const
const STRANGER = { accessKey: 'stranger', secretKey: 'nobody-knows' } as const
const isLong = process.env.DRILL_TEST_LONG === '1'

const keysOf = ({ accessKey, secretKey }: { readonly accessKey: string; readonly secretKey: string }) => ({
  accessKeyId: accessKey,
  secretAccessKey: secretKey,
})

/** The embedded server behind its socket, asked by the port that real runs use. */
async function embedded(versioning: boolean): Promise<ObjectStoreUnderTest> {
  const directory = mkdtempSync(join(tmpdir(), 'drill-conformance-'))
  let nowMs = STARTED_AT
  const server = await startS3Server({
    dataDirectory: join(directory, 'data'),
    credentials: [READER, WRITER],
    historyClock: () => nowMs,
    durable: false,
  })
  const files = nodeFileSystem({ root: directory })
  const location = { endpoint: server.url, region: 'us-east-1', bucket: BUCKET, prefix: 'in/' }
  const stores = objectStores({
    locations: {
      source: { ...location, keys: keysOf(READER) },
      archive: { ...location, keys: keysOf(WRITER) },
      stranger: { ...location, keys: keysOf(STRANGER) },
    },
    files,
    variables: {},
  })
  const client = new S3Client({
    endpoint: server.url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: keysOf(WRITER),
  })
  const ports = environment({ ObjectStore: stores.handlers, FileSystem: files } as unknown as Record<
    string,
    PortHandlers
  >)
  await driveAsync(server.service.ensureBucket(BUCKET, versioning ? 'enabled' : null), ports)
  return {
    ports,
    run: (task, over) => driveAsync(task, over),
    delete: async (key) => {
      await client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key }))
    },
    pass: (ms) => {
      nowMs += ms
    },
    behind: {
      addRule: (rule) => server.faults.add(rule),
      rot: (key, versionId, bytes) => {
        const paths = versionPaths(BUCKET, key, versionId)
        const names = [paths.bytes(0), paths.bytes(1)].map((name) => join(directory, 'data', name))
        writeFileSync(names.find((name) => existsSync(name)) ?? '', bytes)
      },
      readerCounts: () => server.stats().credentials.reader!,
    },
    dispose: async () => {
      stores.close()
      client.destroy()
      await server.close()
      files.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

objectStoreConformance('the embedded server over HTTP', embedded, {
  numRuns: isLong ? 200 : 6,
  behind: true,
  fullPages: isLong,
})
