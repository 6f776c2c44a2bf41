import { assertionDigest, stemedbReadback } from '@dr-drill/runbook-core/stemedb'
import { describe, expect, it } from 'vitest'
import { assertion, busyDay, checksums, keysUpTo, Production, TRUST_KEY } from './production.ts'
import { restore } from './restore.ts'

const readback = stemedbReadback({ checksums })

describe('backup, archive and verification of a running engine', () => {
  it('leave a store that verifies and restores everything that was archived', () => {
    const production = busyDay()
    const report = production.verify()
    expect(report.problems).toEqual([])
    expect(report.ok).toBe(true)
    expect(report.verified.map((one) => one.recordCount)).toEqual([40, 20])
    expect(report.histories).toMatchObject([{ firstPosition: '1', lastPosition: '50' }])
    expect(restore(production.store)).toEqual(keysUpTo(50))
  })

  it('use the names of the seed', () => {
    const { keys } = busyDay().store
    const history = /^wal-archive\/[0-9a-f]{32}\/segment-\d{5}\.wal(\.json)?$/
    const backup =
      /^stemedb-backup-20260211-0005\d\d\/(backup-metadata\.json|manifest\.jsonl|db\/[a-z0-9-]+\.kv|wal\/segment-\d{5}\.wal)$/
    for (const key of keys) expect(key).toMatch(key.startsWith('wal-') ? history : backup)
  })

  it('metadata says what the seed reads from it', () => {
    const { store } = busyDay()
    const key = store.keys.findLast((name) => name.endsWith('backup-metadata.json'))!
    const metadata = JSON.parse(Buffer.from(store.objects.get(key)!).toString())
    expect(metadata).toMatchObject({ assertion_count: 40, engine_version: '1.4.0' })
    expect(key).toContain(metadata.timestamp.replaceAll(/[-:Z]/g, '').replace('T', '-'))
  })

  it('archiving again with nothing new archives nothing', () => {
    const production = busyDay()
    production.must(production.archive())
    const before = production.store.image
    const output = production.must(production.archive())
    expect(output).toMatchObject({ archived: [], archivedThrough: '55' })
    expect(production.store.image).toBe(before)
  })

  it('an engine that is down: what is closed is archived, and the failure told', () => {
    const production = busyDay()
    production.must(production.engine!.rotate())
    production.engine = null
    expect(production.failureOf(production.archive()).code).toBe('connection-failed')
    expect(restore(production.store)).toEqual(keysUpTo(55))
    expect(production.failureOf(production.backup()).code).toBe('connection-failed')
  })

  it('a clock that stepped back makes no backup that ends before its last record', () => {
    const before = busyDay()
    before.engine = null
    const production = new Production({ disk: before.disk.fork(), elapsedMs: -3_600_000 })
    production.start()
    production.write(56, 57)
    const { startedAt, stoppedAt } = production.must(production.backup())
    expect(stoppedAt - startedAt).toBeGreaterThan(3_500_000)
    expect(production.verify().problems).toEqual([])
  })

  it('two backups within a second have two names', () => {
    const production = new Production()
    production.start()
    production.write(1, 3)
    const names = [1, 2, 3].map(() => production.must(production.backup()).name)
    expect(new Set(names).size).toBe(3)
    expect(production.verify().verified).toHaveLength(3)
  })

  it('a readback of the engine gives every record with the digest that its writer knows', () => {
    const production = busyDay()
    const call = { endpoint: 'stemedb-api', cursor: null, timeoutMs: 1000 }
    const page = production.must(readback.page(call))
    const expected = Array.from({ length: 55 }, (_, index) => assertion(index + 1)).map((one) => ({
      key: one.id,
      digest: assertionDigest(checksums, one),
    }))
    expect(page).toEqual({ records: expected, cursor: null })
  })

  it('an empty database can be backed up and restored', () => {
    const production = new Production()
    production.start()
    expect(production.must(production.archive())).toMatchObject({ archived: [], archivedThrough: null })
    expect(production.must(production.backup()).recordCount).toBe(0)
    expect(production.verify().problems).toEqual([])
    expect(restore(production.store)).toEqual([])
  })

  it('a history that begins at a restore archives beside its parent, never over it', () => {
    const production = busyDay()
    production.must(production.archive())
    const before = production.store.copy()
    production.engine = null
    production.start({ beginHistory: 'ab'.repeat(16) })
    production.write(56, 60)
    const output = production.must(production.archive())
    expect(output.archived[0]).toMatchObject({
      history: 'ab'.repeat(16),
      firstPosition: '56',
      predecessorSha256: null,
    })
    for (const [key, bytes] of before.objects) expect(production.store.objects.get(key)).toEqual(bytes)
    // Before the new history has a base of its own the old one leads to it.
    expect(production.verify().problems).toEqual([])
    production.must(production.backup())
    expect(production.verify().problems).toEqual([])
    expect(restore(production.store)).toEqual(keysUpTo(60))
  })

  it('two engines of one history: the second to archive is refused and replaces nothing (D62)', () => {
    const first = busyDay()
    const second = new Production({ disk: first.disk.fork(), store: first.store, seed: 7 })
    second.start()
    first.write(100, 105)
    second.write(200, 205)
    first.must(first.archive())
    const before = first.store.image
    const error = second.failureOf(second.archive())
    expect(error.code).toBe('object-exists')
    second.write(300, 303)
    expect(second.failureOf(second.archive()).code).toBe('object-exists')
    expect(first.store.image).toBe(before)
  })

  it('a local segment that was damaged is neither archived nor backed up', () => {
    const production = new Production()
    production.start()
    production.write(1, 12)
    production.must(production.engine!.rotate())
    production.disk.damage('/var/lib/stemedb/wal/segment-00001.wal', {
      offset: 300,
      mask: Uint8Array.of(1),
      onRead: () => undefined,
    })
    expect(production.failureOf(production.archive()).code).toBe('log-corrupt')
    expect(production.store.keys).toEqual([])
  })

  it('another engine at the endpoint is found out: its rotation says nothing about this log', () => {
    const production = busyDay()
    const other = new Production({ seed: 5 })
    other.start()
    other.write(1, 4)
    production.answering = other
    expect(production.failureOf(production.archive()).code).toBe('identity-mismatch')
    const before = production.store.image
    expect(production.failureOf(production.backup()).code).toBe('identity-mismatch')
    expect(production.store.image).toBe(before)
  })

  it('a trusted archive is not continued over a sidecar that nobody trusted signed', () => {
    const production = busyDay()
    production.must(production.archive({ keyRef: 'other', trustKey: null }))
    production.write(56, 58)
    expect(production.failureOf(production.archive({ trustKey: TRUST_KEY })).code).toBe('object-exists')
  })
})
