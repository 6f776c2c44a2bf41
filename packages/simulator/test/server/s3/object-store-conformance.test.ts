import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Deferred, driveAsync, environment, type PortHandlers, provide } from '@dr-drill/runbook-core'
import { objectStoreHandlers, S3Service, versionPaths } from '@dr-drill/simulator'
import { nativeS3Digests, nodeFileSystem } from '@dr-drill/simulator/server'
import { deleteKey } from '../../../src/s3/operations/delete-object.ts'
import {
  type ObjectStoreUnderTest,
  objectStoreConformance,
} from '../../conformance/object-store.conformance.ts'
import { READER, WRITER } from './harness.ts'

const STARTED_AT = Date.UTC(2026, 1, 11, 0, 5)
const BUCKET = 'backups'

/** Waits by the clock of this machine. */
const clock = {
  sleep({ ms }: { readonly ms: number }) {
    const done = new Deferred<void>()
    setTimeout(() => done.succeed(), ms)
    return done
  },
}

/** The service behind the port in process, over the file system of this machine. */
async function onRealDisk(versioning: boolean): Promise<ObjectStoreUnderTest> {
  const directory = mkdtempSync(join(tmpdir(), 'dr-drill-conformance-'))
  mkdirSync(join(directory, 'data'))
  const data = nodeFileSystem({ root: join(directory, 'data'), durable: false })
  const files = nodeFileSystem({ root: directory, durable: false })
  let nowMs = STARTED_AT
  const service = new S3Service({
    environment: environment({ FileSystem: data as unknown as PortHandlers }),
    credentials: [READER, WRITER],
    historyNowMs: () => nowMs,
    wallNowMs: () => STARTED_AT,
    digests: nativeS3Digests,
  })
  const store = { service, bucket: BUCKET, prefix: 'in/' }
  const ports = environment({
    ObjectStore: objectStoreHandlers({
      stores: {
        source: { ...store, credentials: READER },
        archive: { ...store, credentials: WRITER },
        stranger: { ...store, credentials: { accessKey: 'stranger', secretKey: 'none' } },
      },
    }),
    FileSystem: files,
    Clock: clock,
  } as unknown as Record<string, PortHandlers>)
  await driveAsync(service.ensureBucket(BUCKET, versioning ? 'enabled' : null), ports)
  return {
    ports,
    run: (task, over) => driveAsync(task, over),
    delete: async (key) => {
      const deletion = { bucket: BUCKET, key, versionId: null, ifMatch: null }
      await driveAsync(provide(service.environment, deleteKey(service.context, deletion)), ports)
    },
    pass: (ms) => {
      nowMs += ms
    },
    behind: {
      addRule: (rule) => service.faults.add(rule),
      rot: (key, versionId, bytes) => {
        const paths = versionPaths(BUCKET, key, versionId)
        const names = [paths.bytes(0), paths.bytes(1)].map((name) => join(directory, 'data', name))
        writeFileSync(names.find((name) => existsSync(name)) ?? '', bytes)
      },
      readerCounts: () => service.statistics.snapshot().credentials.reader!,
    },
    dispose: async () => {
      data.close()
      files.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

objectStoreConformance('the S3 service on a real disk', onRealDisk, {
  numRuns: process.env.DRILL_TEST_LONG === '1' ? 200 : 6,
  behind: true,
  fullPages: false,
})
