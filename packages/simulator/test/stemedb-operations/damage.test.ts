import { hexEncode } from '@dr-drill/runbook-core'
import {
  openEnvelope,
  readSidecar,
  sealEnvelope,
  stemedbBackupFormat,
  stemedbLogFormat,
  writeSidecar,
} from '@dr-drill/runbook-core/stemedb'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MemoryStore } from './memory-store.ts'
import { busyDay, checksums, Production, TRUST_KEY } from './production.ts'

const numRuns = process.env.DRILL_TEST_LONG === '1' ? 1000 : 40
const pristine = busyDay().store
const keys = pristine.keys
const key = fc.constantFrom(...keys)

function verify(store: MemoryStore) {
  return new Production({ store }).verify()
}

/** What is found without reading any data: descriptions and listings. */
function looked(store: MemoryStore): string[] {
  const host = new Production({ store })
  const backups = stemedbBackupFormat({ checksums })
  const found: string[] = []
  for (const candidate of host.must(backups.list({ store: 'archive' }))) {
    const described = host.must(backups.describe({ store: 'archive', candidate, trustKey: TRUST_KEY }))
    if (described.kind === 'refused') found.push(described.refusal.reason)
  }
  const log = stemedbLogFormat({ checksums })
  const listed = host.must(log.list({ store: 'archive', trustKey: TRUST_KEY, after: null }))
  return [...found, ...listed.refused.map((one) => one.reason)]
}

describe('damage to a store', () => {
  it('that has none is not reported', () => {
    expect(verify(pristine).problems).toEqual([])
    expect(looked(pristine)).toEqual([])
  })

  it('any byte flipped in any object is an error of verification', () => {
    fc.assert(
      fc.property(key, fc.nat(), fc.integer({ min: 0, max: 7 }), (name, at, bit) => {
        const store = pristine.copy()
        const bytes = Uint8Array.from(store.objects.get(name)!)
        bytes[at % bytes.length]! ^= 1 << bit
        store.objects.set(name, bytes)
        expect(verify(store).ok).toBe(false)
        const isDocument = /manifest|json$/.test(name)
        if (isDocument) expect(looked(store)).toHaveLength(1)
      }),
      { numRuns },
    )
  })

  it('any object cut short or made longer is an error; all but the log of backups are seen without reading data', () => {
    fc.assert(
      fc.property(key, fc.integer({ min: 1, max: 40 }), fc.boolean(), (name, by, longer) => {
        const store = pristine.copy()
        const bytes = store.objects.get(name)!
        store.objects.set(
          name,
          longer ? new Uint8Array([...bytes, ...new Uint8Array(by)]) : bytes.slice(0, -by),
        )
        // The archive may hold another copy of a backup's log.
        expect(looked(store)).toHaveLength(name.includes('/wal/') ? 0 : 1)
        expect(verify(store).ok).toBe(false)
      }),
      { numRuns },
    )
  })

  it('any two objects swapped are an error, unless they hold the same bytes', () => {
    fc.assert(
      fc.property(key, key, (one, other) => {
        const [a, b] = [pristine.objects.get(one)!, pristine.objects.get(other)!]
        fc.pre(hexEncode(a) !== hexEncode(b))
        const store = pristine.copy()
        store.objects.set(one, b)
        store.objects.set(other, a)
        expect(verify(store).ok).toBe(false)
      }),
      { numRuns },
    )
  })

  it('any object removed is told', () => {
    for (const name of keys) {
      const store = pristine.copy()
      store.objects.delete(name)
      expect(verify(store).problems, name).not.toEqual([])
    }
  })

  it('keys that name nothing of ours are told and disturb nothing', () => {
    const store = pristine.copy()
    for (const name of [
      'wal-archive/../../etc/passwd',
      'wal-archive/segment-00001.wal',
      'stemedb-backup-x/y',
    ]) {
      store.objects.set(name, new Uint8Array(3))
    }
    const report = verify(store)
    expect(report.problems.map(({ problem }) => problem).sort()).toEqual([
      'key-disagrees',
      'key-disagrees',
      'name-disagrees',
    ])
    expect(report.verified).toHaveLength(2)
    expect(report.histories).toHaveLength(1)
  })
})

describe('forgery', () => {
  const sidecarKey = keys.find((name) => name.endsWith('.wal.json'))!
  const manifestKeys = keys.filter((name) => name.endsWith('manifest.jsonl'))

  /** The payload sealed again, with another key than the trusted one, or with none. */
  function resealed(payload: Uint8Array, withKey: boolean): Uint8Array {
    const secret = new Uint8Array(32).fill(1)
    const publicKey = checksums.ed25519PublicKey(secret)
    const signature = checksums.ed25519Sign(secret, payload)
    return sealEnvelope(checksums, payload, withKey ? { signature, publicKey } : null)
  }

  it.each([true, false])('a sidecar resealed without the key is refused (other key: %s)', (withKey) => {
    const store = pristine.copy()
    const { payload } = openEnvelope(store.objects.get(sidecarKey)!)
    const sidecar = readSidecar(payload)
    store.objects.set(sidecarKey, resealed(writeSidecar({ ...sidecar, sha256: 'a'.repeat(64) }), withKey))
    expect(looked(store)).toEqual(['signature-invalid'])
    expect(verify(store).ok).toBe(false)
  })

  it('a manifest resealed with another key, or with none, is refused', () => {
    for (const [withKey, reason] of [
      [true, 'signature-invalid'],
      [false, 'signature-absent'],
    ] as const) {
      const store = pristine.copy()
      const { payload } = openEnvelope(store.objects.get(manifestKeys[0]!)!)
      store.objects.set(manifestKeys[0]!, resealed(payload, withKey))
      expect(looked(store)).toEqual([reason])
    }
  })

  it('a backup under a false name is refused, whether moved whole or by its manifest alone', () => {
    const name = manifestKeys[0]!.split('/')[0]!
    const store = pristine.copy()
    for (const from of keys.filter((one) => one.startsWith(`${name}/`))) {
      store.objects.set(from.replace(name, 'stemedb-backup-20270101-000000'), store.objects.get(from)!)
    }
    expect(looked(store)).toEqual(['name-disagrees'])
    const mixed = pristine.copy()
    mixed.objects.set(manifestKeys[1]!, mixed.objects.get(manifestKeys[0]!)!)
    expect(looked(mixed)).toEqual(['name-disagrees'])
  })

  it('objects of another history, rightly signed, are refused in this one', () => {
    const other = new Production({ seed: 77 })
    other.start()
    other.write(1, 30)
    other.must(other.archive())
    const theirs = other.store.keys.filter((name) => name.startsWith('wal-archive/'))
    const ours = keys.filter((name) => name.startsWith('wal-archive/'))
    const store = pristine.copy()
    // Segment and sidecar 1 of the other history under the keys of segment 1 of this one.
    for (const index of [0, 1]) store.objects.set(ours[index]!, other.store.objects.get(theirs[index]!)!)
    expect(looked(store)).toEqual(['key-disagrees'])
    expect(verify(store).ok).toBe(false)
  })

  it('without a trust key nothing is called authentic, and integrity is still checked', () => {
    const store = pristine.copy()
    const host = new Production({ store })
    const clean = host.verify({ trustKey: null })
    expect(clean).toMatchObject({ ok: true, authenticityChecked: false })
    const segment = keys.find((name) => name.endsWith('.wal'))!
    const bytes = Uint8Array.from(store.objects.get(segment)!)
    bytes[200]! ^= 4
    store.objects.set(segment, bytes)
    expect(host.verify({ trustKey: null }).ok).toBe(false)
  })
})
