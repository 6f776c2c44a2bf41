import type { Call } from '@dr-drill/runbook-core'
import { MANIFEST_FILE } from '@dr-drill/runbook-core/stemedb'
import { describe, expect, it } from 'vitest'
import type { MemoryStore } from '../stemedb-operations/memory-store.ts'
import { busyDay, keysUpTo, type Production } from '../stemedb-operations/production.ts'
import { CAREFUL, dieAt, recoveryHost, restore } from './restoring.ts'

const isLong = process.env.DRILL_TEST_LONG === '1'
const STYLES = ['nothing', 'everything', 'mixture'] as const
const origin = busyDay()
/** Everything archived; 51 to 55 never were. */
const ARCHIVED = 50

function contentsOf(host: Production): string[] {
  host.start({ beginHistory: 'ab'.repeat(16) })
  return host.contents()
}

function damaged(change: (store: MemoryStore) => void): MemoryStore {
  const store = origin.store.copy()
  change(store)
  return store
}

const keysOf = (pattern: RegExp): string[] => origin.store.keys.filter((key) => pattern.test(key))
const backups = [...new Set(keysOf(/^stemedb-backup-/).map((key) => key.split('/')[0] ?? ''))].sort()
const [olderBackup, newestBackup] = backups as [string, string]

function flip(store: MemoryStore, key: string, offset = 200): void {
  const bytes = Uint8Array.from(store.objects.get(key) ?? [])
  const at = Math.min(offset, bytes.length - 1)
  bytes[at] = (bytes[at] ?? 0) ^ 0x20
  store.objects.set(key, bytes)
}

const LATER = ['select-log', 'fetch-log', 'scan-log', 'verify-backup', 'place-files']

describe('the steps that move bytes', () => {
  it('bring back every archived record', () => {
    const host = recoveryHost(origin.store)
    const outputs = host.must(restore({}))
    expect(outputs['fetch-backup'].name).toBe(newestBackup)
    expect(outputs['scan-log'].lastPosition).toBe(String(ARCHIVED))
    expect(contentsOf(host)).toEqual(keysUpTo(ARCHIVED))
  })

  it('never write to the store', () => {
    const host = recoveryHost(origin.store)
    host.must(restore({}))
    expect(host.store.image).toBe(origin.store.image)
  })
})

describe('damage with another good copy is survived', () => {
  const newestManifest = `${newestBackup}/${MANIFEST_FILE}`
  const dataOfNewest = keysOf(new RegExp(`^${newestBackup}/db/`))[0] ?? ''
  const logOfNewest = keysOf(new RegExp(`^${newestBackup}/wal/`))
  const archive = keysOf(/^wal-archive\/.*\.wal$/)
  const nameOf = (key: string) => key.slice(key.lastIndexOf('/') + 1)

  it.each([
    ['the newest manifest is missing', (store: MemoryStore) => store.objects.delete(newestManifest)],
    ['the newest manifest is damaged', (store: MemoryStore) => flip(store, newestManifest)],
    ['the newest data is damaged', (store: MemoryStore) => flip(store, dataOfNewest)],
    ['the newest data is missing', (store: MemoryStore) => store.objects.delete(dataOfNewest)],
    [
      'the newest data is cut short',
      (store: MemoryStore) =>
        store.objects.set(dataOfNewest, (store.objects.get(dataOfNewest) as Uint8Array).slice(0, 100)),
    ],
    [
      "the newest backup's own log is damaged",
      (store: MemoryStore) => {
        for (const key of logOfNewest) flip(store, key)
      },
    ],
    [
      'the archive has damaged copies of what the backup holds',
      (store: MemoryStore) => {
        const own = new Set(logOfNewest.map(nameOf))
        for (const key of archive.filter((one) => own.has(nameOf(one)))) flip(store, key)
      },
    ],
    [
      'a segment is good only in a backup whose data is gone',
      (store: MemoryStore) => {
        store.objects.delete(dataOfNewest)
        const own = new Set(logOfNewest.map(nameOf))
        for (const key of archive.filter((one) => own.has(nameOf(one)))) {
          store.objects.delete(key)
          store.objects.delete(`${key}.json`)
        }
      },
    ],
    [
      'a sidecar is missing, and the segment that follows is itself overwritten in the archive',
      (store: MemoryStore) => {
        store.objects.delete(dataOfNewest)
        const [own = ''] = logOfNewest.map(nameOf)
        const at = archive.findIndex((key) => nameOf(key) === own)
        store.objects.set(archive[at] ?? '', new Uint8Array([1]))
        store.objects.delete(`${archive[at - 1]}.json`)
      },
    ],
    [
      "a segment's sidecar is missing, its successor's names its digest",
      (store: MemoryStore) => store.objects.delete(`${archive.at(-2)}.json`),
    ],
  ])('%s', (_name, damage) => {
    const store = damaged(damage as (store: MemoryStore) => void)
    expect(store.image).not.toBe(origin.store.image)
    const host = recoveryHost(store)
    host.must(restore({}))
    expect(contentsOf(host)).toEqual(keysUpTo(ARCHIVED))
  })

  it('an older backup reports why the newer was refused, of which nothing stays on the disk', () => {
    const host = recoveryHost(damaged((store) => flip(store, dataOfNewest)))
    const onlyFetching = Object.fromEntries(LATER.map((kind) => [kind, {}]))
    const outputs = host.must(restore(onlyFetching))
    const arrived = host.disk.handlers().list({ path: '/var/lib/stemedb/.incoming/backup' })
    expect(arrived.map(({ name }) => name)).toEqual([olderBackup])
    expect(outputs['fetch-backup'].name).toBe(olderBackup)
    expect(outputs['fetch-backup'].refused).toMatchObject([{ name: newestBackup, reason: 'object-corrupt' }])
  })
})

describe('damage in every copy', () => {
  const last = keysOf(/^wal-archive\/.*\.wal$/).at(-1) ?? ''

  it('refuses, names the segment and the next action, and places nothing', () => {
    const host = recoveryHost(damaged((store) => flip(store, last)))
    const error = host.failureOf(restore({}))
    expect(error.code).toBe('log-corrupt')
    expect(error.message).toContain(last.slice(last.lastIndexOf('/') + 1))
    expect(error.hint).toContain('accept-loss=true')
    expect(host.disk.handlers().stat({ path: '/var/lib/stemedb/wal' })).toBeNull()
  })

  it('restores exactly the prefix when the loss is accepted', () => {
    const host = recoveryHost(damaged((store) => flip(store, last)))
    const outputs = host.must(restore({}, { ...CAREFUL, acceptLoss: true }))
    const kept = Number(outputs['scan-log'].lastPosition)
    expect(kept).toBeLessThan(ARCHIVED)
    expect(outputs['scan-log'].stoppedBy).toMatchObject({ after: String(kept) })
    expect(contentsOf(host)).toEqual(keysUpTo(kept))
  })

  it('a backup that no key of ours signed is refused', () => {
    const host = recoveryHost(origin.store)
    const error = host.failureOf(restore({}, { trustKey: '11'.repeat(32), acceptLoss: false }))
    expect(error.code).toBe('backup-none-usable')
  })
})

describe('power loss at every effect', () => {
  const rehearsal = recoveryHost(origin.store)
  rehearsal.must(restore({}))
  const { calls } = rehearsal

  it('leaves a host on which running the unfinished steps again brings back the same', () => {
    let died = 0
    const stride = isLong ? 1 : 7
    for (let call = 1; call <= calls; call += stride) {
      for (const when of ['before', 'after'] as const) {
        const styles = isLong ? STYLES : [STYLES[died % STYLES.length] ?? 'mixture']
        for (const style of styles) {
          const host = recoveryHost(origin.store, call)
          const outputs = {}
          if (!dieAt(host, outputs, { call, when })) continue
          died += 1
          host.losePower(style)
          host.must(restore(outputs))
          host.losePower('nothing')
          expect(contentsOf(host), `${when} call ${call}, ${style}`).toEqual(keysUpTo(ARCHIVED))
        }
      }
    }
    expect(died).toBeGreaterThan(calls / 7)
  }, 300_000)

  /** Where a call stands: its method and the kind of path; an fsync is judged per such place. */
  const siteOf = (call: Call<unknown>): string | null => {
    if (call.method !== 'sync' && call.method !== 'syncDirectory') return null
    const path = (call.input as { path: string }).path
    return `${call.method} ${path.replace(/segment-\d+|checkpoint-\d+|\d{8}-\d{6}/g, '#')}`
  }

  /** A run in which one place's fsync does nothing: what did it leave undone that it had promised? */
  const shows = (site: string): boolean => {
    const middleware = () => (call: Call<unknown>, next: (call: Call<unknown>) => unknown) =>
      siteOf(call) === site ? undefined : next(call)
    const finished = recoveryHost(origin.store, 1, { middleware })
    finished.must(restore({}))
    finished.losePower('nothing')
    if (!isWhole(finished)) return true
    // Or in the middle: what a step that had ended had promised to the steps after it.
    for (let call = 1; call <= calls; call += 1) {
      const host = recoveryHost(origin.store, 1, { middleware })
      const outputs = {}
      if (!dieAt(host, outputs, { call, when: 'before' })) return false
      host.losePower('nothing')
      const exit = host.run(restore(outputs))
      if (exit?.kind === 'failure') return true
    }
    return false
  }

  const isWhole = (host: Production): boolean => {
    try {
      return contentsOf(host).length === ARCHIVED
    } catch {
      return false
    }
  }

  it('with any one fsync removed, something promised is lost: each is needed', () => {
    const sites = new Set<string>()
    const listening = recoveryHost(origin.store, 1, {
      middleware: () => (call, next) => {
        const site = siteOf(call)
        if (site !== null) sites.add(site)
        return next(call)
      },
    })
    listening.must(restore({}))
    expect(sites.size).toBeGreaterThan(8)
    expect(shows('no place at all')).toBe(false)
    expect([...sites].filter((site) => !shows(site))).toEqual([])
  }, 300_000)
})
