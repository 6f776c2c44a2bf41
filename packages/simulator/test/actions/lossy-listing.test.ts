import { type Call, OperatingError } from '@dr-drill/runbook-core'
import {
  archivedSegmentKey,
  openEnvelope,
  readSidecar,
  sealEnvelope,
  writeSidecar,
} from '@dr-drill/runbook-core/stemedb'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NAMES_AHEAD, NAMES_ASKED_MAX } from '../../../runbook-core/src/actions/restore/ask-log.ts'
import type { MemoryStore } from '../stemedb-operations/memory-store.ts'
import { busyDay, checksums, keysUpTo, type Production } from '../stemedb-operations/production.ts'
import { CAREFUL, recoveryHost, restore } from './restoring.ts'

const numRuns = process.env.DRILL_TEST_LONG === '1' ? 300 : 40
const origin = busyDay()
/** Everything archived; 51 to 55 never were. */
const ARCHIVED = 50
const segments = origin.store.keys.filter((key) => /^wal-archive\/.*\.wal$/.test(key))
const archive = segments.flatMap((key) => [key, `${key}.json`])
const backups = [...new Set(origin.store.keys.map((key) => key.split('/')[0] ?? ''))]
  .filter((name) => name.startsWith('stemedb-backup-'))
  .sort()
const newest = backups.at(-1) ?? ''
const history = segments[0]?.split('/')[1] ?? ''
/** The newest backup's data is damaged: the older one needs more of the archive. */
const older = (): MemoryStore => {
  const store = origin.store.copy()
  const key = store.keys.find((one) => one.startsWith(`${newest}/db/`)) ?? ''
  store.objects.set(
    key,
    Uint8Array.from(store.objects.get(key) ?? [], (byte) => byte ^ 1),
  )
  return store
}

const keyOf = (call: Call<unknown>): string => (call.input as { readonly key?: string }).key ?? ''

/** A host before a store that never shows these keys when it lists; asked for by name they answer. */
function hostBefore(store: MemoryStore, hidden: ReadonlySet<string>, told: Call<unknown>[] = []): Production {
  return recoveryHost(store, 7, {
    middleware: () => (call, next) => {
      if (call.port === 'ObjectStore') told.push(call)
      const answer = next(call)
      if (call.port !== 'ObjectStore' || call.method !== 'list') return answer
      const page = answer as { readonly objects: readonly { readonly key: string }[] }
      return { ...page, objects: page.objects.filter(({ key }) => !hidden.has(key)) }
    },
  })
}

function restoresAll(host: Production, trustKey: string = CAREFUL.trustKey) {
  const outputs = host.must(restore({}, { ...CAREFUL, trustKey }))
  host.start({ beginHistory: 'ab'.repeat(16) })
  expect(host.contents()).toEqual(keysUpTo(ARCHIVED))
  return outputs
}

describe('a listing that leaves out what is there costs requests and no record', () => {
  it('whatever it leaves out of the archive, with and without a trusted key (property)', () => {
    fc.assert(
      fc.property(fc.subarray(archive), fc.boolean(), fc.boolean(), (hidden, signed, fallsBack) => {
        const store = fallsBack ? older() : origin.store
        restoresAll(hostBefore(store, new Set(hidden)), signed ? CAREFUL.trustKey : '')
      }),
      { numRuns },
    )
  }, 600_000)

  it.each([
    ['two neighbours', segments.slice(-4, -2)],
    ['the newest', segments.slice(-1)],
    ['the newest three', segments.slice(-3)],
    ['the first', segments.slice(0, 1)],
    ['all', segments],
  ])('%s', (_name, left) => {
    for (const store of [origin.store, older()]) {
      restoresAll(hostBefore(store, new Set(left.flatMap((key) => [key, `${key}.json`]))))
      restoresAll(hostBefore(store, new Set(left)))
      restoresAll(hostBefore(store, new Set(left.map((key) => `${key}.json`))))
    }
  })

  it('the data of every backup', () => {
    const data = origin.store.keys.filter((key) => /\/(db|wal)\//.test(key))
    const outputs = restoresAll(hostBefore(origin.store, new Set(data)))
    expect(outputs['fetch-backup'].name).toBe(newest)
  })

  it("the archive, where the newest backup's own log is damaged", () => {
    const store = origin.store.copy()
    for (const key of store.keys.filter((one) => one.startsWith(`${newest}/wal/`)))
      store.objects.set(key, new Uint8Array([1]))
    restoresAll(hostBefore(store, new Set(archive)))
  })

  it('a name that is not there and must not be asked for is one that is not there', () => {
    const host = recoveryHost(origin.store, 7, {
      middleware: () => (call, next) => {
        const isAsked = call.method === 'get' || call.method === 'head'
        if (isAsked && !origin.store.objects.has(keyOf(call)))
          throw new OperatingError('store-denied', 'access denied')
        return next(call)
      },
    })
    restoresAll(host)
  })
})

describe('a sidecar that never arrives whole', () => {
  const cut = () => new OperatingError('store-unavailable', 'the transfer broke off')
  const cutting = (lost: ReadonlySet<string>, store: MemoryStore = origin.store): Production =>
    recoveryHost(store, 7, {
      middleware: () => (call, next) => {
        if (call.port === 'ObjectStore' && call.method === 'get' && lost.has(keyOf(call))) throw cut()
        return next(call)
      },
    })

  it('is given up while the store answers: the successor vouches for its segment', () => {
    for (const segment of segments.slice(0, -1)) {
      const lost = `${segment}.json`
      restoresAll(cutting(new Set([lost]), older()))
    }
  })

  it('is not needed where nothing is signed', () => {
    restoresAll(cutting(new Set(segments.map((key) => `${key}.json`))), '')
  })

  it("refuses by name when it is the newest segment's and signatures count; the prefix is what accepting costs", () => {
    const newestSegment = segments.at(-1) ?? ''
    const lost = new Set([`${newestSegment}.json`])
    const error = cutting(lost).failureOf(restore({}))
    expect(error.code).toBe('log-corrupt')
    expect(error.message).toContain(newestSegment.split('/').at(-1))
    expect(error.message).toContain('while the store answered')
    const outputs = cutting(lost).must(restore({}, { ...CAREFUL, acceptLoss: true }))
    expect(Number(outputs['scan-log'].lastPosition)).toBeLessThan(ARCHIVED)
  })
})

describe('names are asked for within bounds', () => {
  const requests = (calls: readonly Call<unknown>[]) =>
    calls.filter(({ method }) => method === 'get' || method === 'head').length

  it('a listing that shows everything costs no more than a look beyond its end', () => {
    const told: Call<unknown>[] = []
    restoresAll(hostBefore(origin.store, new Set(), told))
    const asked = told.filter(
      (call) => keyOf(call).startsWith('wal-archive/') && !origin.store.objects.has(keyOf(call)),
    )
    expect(asked.length).toBe(2 * NAMES_AHEAD)
  })

  it('a segment of number 10^9, forged where nothing is signed, does not make 10^9 requests', () => {
    const store = origin.store.copy()
    const genuine = segments.at(-1) ?? ''
    const payload = openEnvelope(store.objects.get(`${genuine}.json`) ?? new Uint8Array()).payload
    const key = archivedSegmentKey(history, 1_000_000_000)
    store.objects.set(key, store.objects.get(genuine) ?? new Uint8Array())
    const forged = writeSidecar({ ...readSidecar(payload), number: 1_000_000_000 })
    store.objects.set(`${key}.json`, sealEnvelope(checksums, forged, null))
    const told: Call<unknown>[] = []
    const host = hostBefore(store, new Set(), told)
    host.run(restore({}, { ...CAREFUL, trustKey: '' }))
    expect(requests(told)).toBeLessThan(2 * NAMES_ASKED_MAX + 1_000)
    // With a key it is nobody's segment and nothing is asked on its account.
    told.length = 0
    restoresAll(hostBefore(store, new Set(), told))
    expect(requests(told)).toBeLessThan(100)
  })
})
