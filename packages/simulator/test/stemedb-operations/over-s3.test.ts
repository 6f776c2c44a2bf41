import { environment, ObjectStore, type Task } from '@dr-drill/runbook-core'
import { stemedbBackupFormat } from '@dr-drill/runbook-core/stemedb'
import { objectStoreHandlers, RandomStream, S3Service, SimulatedDisk } from '@dr-drill/simulator'
import { describe, expect, it } from 'vitest'
import { checksums, freshDisk, Production, TRUST_KEY } from './production.ts'

const isLong = process.env.DRILL_TEST_LONG === '1'
const BUCKET = 'stemedb-backups-prod'
const writer = { accessKey: 'writer', secretKey: 'writer-secret' }
const reader = { accessKey: 'reader', secretKey: 'reader-secret' }

/** The embedded service, on a disk of its own. */
function service(disk = new SimulatedDisk()): S3Service {
  return new S3Service({
    environment: environment({ FileSystem: disk.handlers() as never }),
    credentials: [
      { ...writer, rights: 'read-write' },
      { ...reader, rights: 'read-only' },
    ],
    historyNowMs: () => Date.UTC(2026, 1, 11, 6),
    wallNowMs: () => 0,
  })
}

/** A host whose store `archive` is that service's bucket, under a prefix and a credential. */
function host(s3: S3Service, credentials: typeof writer, seed = 1, disk = freshDisk()): Production {
  const bindings = { archive: { service: s3, bucket: BUCKET, prefix: 'prod/', credentials } }
  const objectStore = objectStoreHandlers({ stores: bindings })
  return new Production({ seed, disk, objectStore, elapsedMs: 60_000 * seed })
}

describe('operations over the embedded S3', () => {
  const s3 = service()
  const production = host(s3, writer)
  production.must(s3.ensureBucket(BUCKET))
  production.start()
  for (let round = 0; round < 3; round += 1) {
    production.write(10 * round + 1, 10 * round + 10)
    production.must(production.archive())
    production.must(production.backup())
  }

  it('verify with credentials that may only read, and nothing is written', () => {
    const report = host(s3, reader).verify()
    expect(report.problems).toEqual([])
    expect(report.verified.map((one) => one.recordCount)).toEqual([30, 20, 10])
    expect(report.histories).toMatchObject([{ firstPosition: '1', lastPosition: '30' }])
    expect(s3.statistics.snapshot().credentials.reader).toMatchObject({ other: 0, refusedWrites: 0 })
  })

  it('archiving with credentials that may only read is denied, not retried', () => {
    const other = host(s3, reader, 9)
    other.start()
    other.write(1, 3)
    expect(other.failureOf(other.archive()).code).toBe('store-denied')
  })

  it('a complete backup is never replaced', () => {
    const backups = stemedbBackupFormat({ checksums })
    const [candidate] = production.must(backups.list({ store: 'archive' }))
    const key = `${candidate!.name}/manifest.jsonl`
    const put = ObjectStore.put({ store: 'archive', key, bytes: new Uint8Array(1), ifAbsent: true })
    expect(production.failureOf(put).code).toBe('object-exists')
    const described = production.must(
      backups.describe({ store: 'archive', candidate: candidate!, trustKey: TRUST_KEY }),
    )
    expect(described.kind).toBe('usable')
  })
})

describe('power loss of host and bucket together', () => {
  const bucketDisk = new SimulatedDisk()
  const origin = host(service(bucketDisk), writer)
  origin.must(service(bucketDisk).ensureBucket(BUCKET))
  origin.start()
  origin.write(1, 5)
  origin.must(origin.archive())
  origin.must(origin.backup())
  origin.write(6, 9)
  origin.engine = null

  function again() {
    const disks = { host: origin.disk.fork(), bucket: bucketDisk.fork() }
    const production = host(service(disks.bucket), writer, 2, disks.host)
    production.start()
    return { disks, production }
  }

  it('at any effect, those of the service included: what it had acknowledged is there, the rest is done again', () => {
    function* both(production: Production): Task<void> {
      yield* production.archive()
      yield* production.backup()
    }
    const rehearsal = again().production
    rehearsal.must(both(rehearsal))
    const deaths = [...rehearsal.deaths()]
    expect(deaths.length).toBeGreaterThan(50)
    for (const [order, death] of deaths.entries()) {
      if (!isLong && order % 7 !== 0) continue
      const where = `death ${death.when} call ${death.call}`
      const { disks, production } = again()
      expect(production.run(both(production), death), where).toBeNull()
      production.losePower('mixture')
      disks.bucket.powerLoss(RandomStream.fromSeed(order), 'mixture')
      const next = host(service(disks.bucket), writer, 3, disks.host)
      next.start()
      next.write(10, 12)
      next.must(both(next))
      const report = next.verify()
      expect(
        report.problems.filter(({ severity }) => severity === 'error'),
        where,
      ).toEqual([])
      expect(report.verified[0]?.recordCount, where).toBe(12)
      expect(report.verified.at(-1)?.recordCount, where).toBe(5)
      expect(report.histories.at(-1)?.lastPosition, where).toBe('12')
    }
  })
})
