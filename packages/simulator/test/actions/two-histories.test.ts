import {
  MANIFEST_FILE,
  openEnvelope,
  readSidecar,
  sealEnvelope,
  writeSidecar,
} from '@dr-drill/runbook-core/stemedb'
import { SimulatedDisk } from '@dr-drill/simulator'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MemoryStore } from '../stemedb-operations/memory-store.ts'
import { assertion, checksums, Production } from '../stemedb-operations/production.ts'
import { CAREFUL, recoveryHost, restore } from './restoring.ts'

const numRuns = process.env.DRILL_TEST_LONG === '1' ? 200 : 25
const FIRST = '1'.repeat(32)
const SECOND = '2'.repeat(32)
const THIRD = '3'.repeat(32)
const FORK = 30
const RESTORED = { ...CAREFUL, acceptLoss: false }

const keys = (...ranges: readonly (readonly [number, number])[]): string[] =>
  ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, at) => assertion(from + at).id))

/** A host that restored what a store holds and goes on as production, in a history of its own, with the same store. */
function goesOn(from: Production, history: string, acceptLoss = false): Production {
  const disk = new SimulatedDisk()
  for (const path of ['/var/lib/.keep', '/var/backups/stemedb/.keep']) disk.place(path, new Uint8Array(0))
  const elapsedMs = Number(from.kernel.nowMs) + 3_600_000 * (history.charCodeAt(0) - 48)
  const host = new Production({ store: from.store.copy(), disk, seed: history.charCodeAt(0), elapsedMs })
  host.must(restore({}, { ...RESTORED, acceptLoss }))
  host.start({ beginHistory: history })
  return host
}

/** 1 to 30 archived, a backup at 10 and at 20; 31 to 33 acknowledged and never archived. */
function first(): Production {
  const host = new Production()
  host.start({ beginHistory: FIRST })
  host.write(1, 10)
  host.must(host.backup())
  host.must(host.archive())
  host.write(11, 20)
  host.must(host.backup())
  host.must(host.archive())
  host.write(21, FORK)
  host.must(host.archive())
  host.write(31, 33)
  return host
}

/** Goes on at 30 with 101 to 140, a backup at 110 and at 130. */
function second(): Production {
  const host = goesOn(first(), SECOND)
  host.write(101, 110)
  host.must(host.archive())
  host.must(host.backup())
  host.write(111, 130)
  host.must(host.archive())
  host.must(host.backup())
  host.write(131, 140)
  host.must(host.archive())
  host.write(141, 142)
  return host
}

const origin = second()
const ALL = keys([1, FORK], [101, 140])
const backups = [...new Set(origin.store.keys.map((key) => key.split('/')[0] ?? ''))]
  .filter((name) => name.startsWith('stemedb-backup-'))
  .sort()
const [oldest = '', , firstOfSecond = '', newest = ''] = backups

function damaged(change: (store: MemoryStore) => void, from = origin): MemoryStore {
  const store = from.store.copy()
  change(store)
  return store
}

const flip = (store: MemoryStore, pattern: RegExp): void => {
  for (const key of store.keys.filter((one) => pattern.test(one))) {
    store.objects.set(
      key,
      Uint8Array.from(store.objects.get(key) ?? [], (byte) => byte ^ 1),
    )
  }
}
/** Both backups of the second history: their data, or all of them. */
const spoilSecond = (store: MemoryStore): void => flip(store, new RegExp(`^(${firstOfSecond}|${newest})/db/`))
const without = (store: MemoryStore, pattern: RegExp): void => {
  for (const key of store.keys) if (pattern.test(key)) store.objects.delete(key)
}

function restored(store: MemoryStore, options = RESTORED) {
  const host = recoveryHost(store)
  const outputs = host.must(restore({}, options))
  host.start({ beginHistory: '9'.repeat(32) })
  return { contents: host.contents(), outputs, host }
}

describe('an older base of the history before', () => {
  it('four backups stand in the store, two of each history', () => {
    expect(backups).toHaveLength(4)
    expect(restored(origin.store).contents).toEqual(ALL)
  })

  it.each([
    ['whose newer data is damaged', spoilSecond],
    [
      'whose newer manifests are gone',
      (store: MemoryStore) => without(store, new RegExp(`(${firstOfSecond}|${newest})/${MANIFEST_FILE}`)),
    ],
    [
      'whose newer backups are gone',
      (store: MemoryStore) => without(store, new RegExp(`^(${firstOfSecond}|${newest})/`)),
    ],
    [
      'whose newer data is gone',
      (store: MemoryStore) => without(store, new RegExp(`^(${firstOfSecond}|${newest})/db/`)),
    ],
    [
      'which is the oldest of all',
      (store: MemoryStore) => without(store, new RegExp(`^(?!${oldest})stemedb-backup-`)),
    ],
  ])('%s brings back both histories whole, with and without a key', (_name, change) => {
    for (const trustKey of [RESTORED.trustKey, '']) {
      const { contents, outputs } = restored(damaged(change), { ...RESTORED, trustKey })
      expect(contents).toEqual(ALL)
      expect(outputs['fetch-backup'].backup.history).toBe(FIRST)
      expect(outputs['select-log'].histories).toEqual([
        { history: FIRST, through: String(FORK) },
        { history: SECOND, through: null },
      ])
    }
  })

  it('with any of the archive hidden from its listing, too (property)', () => {
    const archive = origin.store.keys.filter((key) => key.startsWith('wal-archive/'))
    // Of a history of which neither a backup nor a listed segment tells, nobody could know.
    const told = archive.find((key) => key.includes(SECOND) && key.endsWith('.wal')) ?? ''
    const isTold = (key: string) => key === told || key === `${told}.json`
    fc.assert(
      fc.property(fc.subarray(archive.filter((key) => !isTold(key))), (list) => {
        const hidden = new Set(list)
        const store = damaged((one) => without(one, new RegExp(`^(${firstOfSecond}|${newest})/`)))
        const host = recoveryHost(store, 7, {
          middleware: () => (call, next) => {
            const answer = next(call)
            if (call.port !== 'ObjectStore' || call.method !== 'list') return answer
            const page = answer as { readonly objects: readonly { readonly key: string }[] }
            return { ...page, objects: page.objects.filter(({ key }) => !hidden.has(key)) }
          },
        })
        host.must(restore({}))
        host.start({ beginHistory: '9'.repeat(32) })
        expect(host.contents()).toEqual(ALL)
      }),
      { numRuns },
    )
  }, 600_000)

  it.each([
    ['damaged', spoilSecond],
    ['gone', (store: MemoryStore) => without(store, new RegExp(`^(${firstOfSecond}|${newest})/db/`))],
  ])(
    'with the whole archive hidden, when a backup whose data is %s tells of the new history',
    (_name, change) => {
      const host = recoveryHost(damaged(change), 7, {
        middleware: () => (call, next) => {
          const answer = next(call)
          if (call.port !== 'ObjectStore' || call.method !== 'list') return answer
          const page = answer as { readonly objects: readonly { readonly key: string }[] }
          return { ...page, objects: page.objects.filter(({ key }) => !key.startsWith('wal-archive/')) }
        },
      })
      host.must(restore({}))
      host.start({ beginHistory: '9'.repeat(32) })
      expect(host.contents()).toEqual(ALL)
    },
  )

  it('is found good by verification, too: the old history leads to the new one', () => {
    const gone = damaged((store) => without(store, new RegExp(`^(${firstOfSecond}|${newest})/`)))
    expect(new Production({ store: gone }).verify()).toMatchObject({ ok: true, problems: [] })
    // Without what it continues nothing leads to it.
    const alone = gone.copy()
    without(alone, new RegExp(`^wal-archive/${FIRST}/`))
    const { problems } = new Production({ store: alone }).verify()
    expect(problems.map(({ problem }) => problem)).toEqual(['base-missing'])
  })

  it('is everything, when the new history was backed up and never written to', () => {
    const host = goesOn(first(), SECOND)
    host.must(host.backup())
    const name = host.store.keys.findLast((key) => key.startsWith('stemedb-backup-'))?.split('/')[0] ?? ''
    const { contents, outputs } = restored(damaged((store) => flip(store, new RegExp(`^${name}/db/`)), host))
    expect(contents).toEqual(keys([1, FORK]))
    expect(outputs['fetch-backup'].refused).toMatchObject([{ name }])
    expect(outputs['select-log'].histories).toEqual([{ history: FIRST, through: null }])
  })

  it('follows sidecars whose segments lie overwritten, and takes what backups hold of them', () => {
    const contents = (host: Production) => {
      host.must(restore({}))
      host.start({ beginHistory: '9'.repeat(32) })
      return host.contents()
    }
    const inBackups = new Set(
      origin.store.keys
        .filter((key) => key.startsWith(`${firstOfSecond}/wal/`) || key.startsWith(`${newest}/wal/`))
        .map((key) => key.split('/').at(-1)),
    )
    const store = damaged((one) => {
      spoilSecond(one)
      for (const key of one.keys.filter(
        (name) => name.startsWith(`wal-archive/${SECOND}/`) && name.endsWith('.wal'),
      ))
        if (inBackups.has(key.split('/').at(-1))) one.objects.set(key, new Uint8Array([1]))
    })
    expect(contents(recoveryHost(store))).toEqual(ALL)
  })

  it('and what is restored so can be backed up, verified and restored again', () => {
    const third = goesOn({ store: damaged(spoilSecond), kernel: origin.kernel } as Production, THIRD)
    third.write(201, 210)
    third.must(third.archive())
    // No backup yet: base of the first history, log of the first, the second and the third.
    expect(restored(third.store).contents).toEqual([...ALL, ...keys([201, 210])])
    third.must(third.backup())
    expect(restored(third.store).contents).toEqual([...ALL, ...keys([201, 210])])
  })
})

describe('what an earlier restore gave up never returns', () => {
  /** 21 to 30 were lost in the first restore: their segments were damaged and the loss accepted. Later the good ones came back. */
  function abandoned(): { store: MemoryStore; whole: string[]; fork: number } {
    const before = first()
    const last = before.store.keys.filter(
      (key) => key.startsWith(`wal-archive/${FIRST}`) && key.endsWith('.wal'),
    )
    const middle = last.at(-2) ?? ''
    const good = before.store.objects.get(middle) ?? new Uint8Array()
    before.store.objects.set(
      middle,
      Uint8Array.from(good, (byte, at) => (at > good.length / 2 ? byte ^ 1 : byte)),
    )
    const sidecar = before.store.objects.get(`${middle}.json`) ?? new Uint8Array()
    // Unsigned and unreadable, so that the damaged copy itself is read and cut.
    before.store.objects.set(`${middle}.json`, new Uint8Array([1]))
    const after = before.store.objects.get(`${last.at(-1)}.json`) ?? new Uint8Array()
    before.store.objects.delete(`${last.at(-1)}.json`)
    const disk = new SimulatedDisk()
    for (const path of ['/var/lib/.keep', '/var/backups/stemedb/.keep']) disk.place(path, new Uint8Array(0))
    const host = new Production({ store: before.store.copy(), disk, seed: 2, elapsedMs: 7_200_000 })
    const outputs = host.must(restore({}, { trustKey: '', acceptLoss: true }))
    const fork = Number(outputs['scan-log'].lastPosition)
    host.start({ beginHistory: SECOND })
    host.write(101, 120)
    host.must(host.archive())
    const { store } = host
    store.objects.set(middle, good)
    store.objects.set(`${middle}.json`, sidecar)
    store.objects.set(`${last.at(-1)}.json`, after)
    return { store, whole: last, fork }
  }
  const { store, whole, fork } = abandoned()

  it('segments of the old history behind the fork are left out and named, the one that reaches over it is cut', () => {
    expect(fork).toBeGreaterThan(20)
    expect(fork).toBeLessThan(FORK)
    for (const trustKey of [RESTORED.trustKey, '']) {
      const { contents, outputs } = restored(store, { ...RESTORED, trustKey })
      expect(contents).toEqual(keys([1, fork], [101, 120]))
      const behind = outputs['select-log'].refused.filter(
        (one: { reason: string }) => one.reason === 'behind-fork',
      )
      expect(behind.map((one: { name: string }) => one.name)).toEqual(whole.slice(-1))
      const cut = outputs['scan-log'].files.filter((one: { cutFrom: string | null }) => one.cutFrom !== null)
      expect(cut).toMatchObject([{ lastPosition: String(fork) }])
    }
  })

  it('also when the old segment is damaged behind the fork: nothing of that is needed', () => {
    const [middle = ''] = whole.slice(-2)
    const worse = store.copy()
    const good = worse.objects.get(middle) ?? new Uint8Array()
    worse.objects.set(
      middle,
      Uint8Array.from(good, (byte, at) => (at > good.length / 2 ? byte ^ 1 : byte)),
    )
    worse.objects.set(`${middle}.json`, new Uint8Array([1]))
    worse.objects.delete(`${whole.at(-1)}.json`)
    expect(restored(worse, { ...RESTORED, trustKey: '' }).contents).toEqual(keys([1, fork], [101, 120]))
  })
})

describe('loss in a line of histories', () => {
  const segmentsOf = (history: string) =>
    origin.store.keys.filter((key) => key.startsWith(`wal-archive/${history}/`) && key.endsWith('.wal'))

  it('a segment of the old history lost in every copy is refused; accepted, nothing of the new one stands behind the hole', () => {
    const lost = segmentsOf(FIRST).at(-1) ?? ''
    const store = damaged((one) => {
      spoilSecond(one)
      one.objects.delete(lost)
    })
    const error = recoveryHost(store).failureOf(restore({}))
    expect([error.code, error.message]).toEqual([
      expect.stringMatching(/^log-/),
      expect.stringContaining(lost.split('/').at(-1) ?? ''),
    ])
    const { contents, outputs } = restored(store, { ...RESTORED, acceptLoss: true })
    expect(contents.length).toBeLessThan(FORK)
    expect(contents).toEqual(keys([1, contents.length]))
    expect(outputs['scan-log'].stoppedBy).not.toBeNull()
  })

  it('the first segment of the new history lost in every copy is refused', () => {
    const [lost = ''] = segmentsOf(SECOND)
    const store = damaged((one) => {
      spoilSecond(one)
      flip(one, new RegExp(`(${lost}|${firstOfSecond}/wal/${lost.split('/').at(-1)})$`))
    })
    expect(recoveryHost(store).failureOf(restore({})).code).toMatch(/^log-/)
    const { contents } = restored(store, { ...RESTORED, acceptLoss: true })
    expect(contents).toEqual(keys([1, FORK]))
  })

  it('all of the new history lost but a backup that tells of it: refused, never passed over', () => {
    const store = damaged((one) => {
      spoilSecond(one)
      flip(one, new RegExp(`^(wal-archive/${SECOND}/.*|stemedb-backup-[0-9-]+/wal/.*)$`))
      without(one, new RegExp(`^wal-archive/${SECOND}/`))
    })
    expect(recoveryHost(store).failureOf(restore({})).code).toMatch(/^log-/)
  })
})

describe('a history that is forged', () => {
  const parse = (store: MemoryStore, key: string) =>
    readSidecar(openEnvelope(store.objects.get(key) ?? new Uint8Array()).payload)
  const sidecars = origin.store.keys.filter(
    (key) => key.startsWith(`wal-archive/${SECOND}/`) && key.endsWith('.json'),
  )

  /** The sidecars of the second history tell another fork; no key of ours signed them. */
  const forged = damaged((store) => {
    spoilSecond(store)
    for (const key of sidecars) {
      const lineage = { parentHistory: FIRST, forkPosition: '25' }
      store.objects.set(key, sealEnvelope(checksums, writeSidecar({ ...parse(store, key), lineage }), null))
    }
  })

  it('is nobody’s log where a key is trusted: its sidecars are refused', () => {
    // The backups of the second history still tell of it, and their own logs do not reach its end.
    expect(recoveryHost(forged).failureOf(restore({})).code).toMatch(/^log-/)
  })

  it('that tells another origin than its segments do is refused, never followed and never passed over', () => {
    const store = forged.copy()
    without(store, new RegExp(`^(${firstOfSecond}|${newest})/`))
    const error = recoveryHost(store).failureOf(restore({}, { ...RESTORED, trustKey: '' }))
    expect(error.message).toContain('another origin')
  })

  it('whose documents disagree is not followed, and said so', () => {
    const { outputs, contents } = restored(forged, { ...RESTORED, trustKey: '' })
    expect(contents).toEqual(keys([1, FORK]))
    expect(outputs['select-log'].refused).toContainEqual({
      name: `history ${SECOND}`,
      reason: 'not-continued',
      detail: 'its documents disagree about where it comes from',
    })
  })
})

describe('files of earlier writers', () => {
  it('tell no origin: their histories are restored from their own backups and joined to none', () => {
    const store = damaged((one) => {
      for (const key of one.keys.filter(
        (name) => name.startsWith('wal-archive/') && name.endsWith('.json'),
      )) {
        const sidecar = readSidecar(openEnvelope(one.objects.get(key) ?? new Uint8Array()).payload)
        one.objects.set(key, sealEnvelope(checksums, writeSidecar({ ...sidecar, lineage: null }), null))
      }
    })
    const options = { ...RESTORED, trustKey: '' }
    expect(restored(store, options).contents).toEqual(ALL)
    const older = store.copy()
    without(older, new RegExp(`^(${firstOfSecond}|${newest})/`))
    expect(restored(older, options).contents).toEqual(keys([1, FORK]))
  })
})
