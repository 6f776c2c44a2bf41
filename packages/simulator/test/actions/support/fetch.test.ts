import { OperatingError, utf8Encode } from '@dr-drill/runbook-core'
import { nativeChecksums } from '@dr-drill/simulator/server'
import { describe, expect, it } from 'vitest'
import { type Copy, type Expected, fetchFile } from '../../../../runbook-core/src/actions/support/fetch.ts'
import { patienceOf } from '../../../../runbook-core/src/actions/support/patience.ts'
import { FakeHost } from '../fakes/fake-host.ts'

const GOOD = utf8Encode('what was written')
const BAD = utf8Encode('what was altered')
const EXPECTED = { sha256: nativeChecksums.sha256Hex(GOOD), sizeBytes: GOOD.length }
const UNKNOWN = { sha256: null, sizeBytes: null }
const TO = '/in/file'
const object = (key: string): Copy => ({ kind: 'object', store: 'source', key })
const file = (path: string): Copy => ({ kind: 'file', path })

const host = (): FakeHost => new FakeHost().place('/in/.keep', '')
const fetching = (on: FakeHost, copies: readonly Copy[], expected: Expected = EXPECTED) =>
  on.run(fetchFile(TO, expected, copies, patienceOf(1_000), nativeChecksums))
const downloads = (on: FakeHost): number => on.calls.filter((call) => call.method === 'download').length

describe('fetchFile', () => {
  it('takes the first good copy and tells why those before it were not', () => {
    const on = host()
    on.store.put('bad', BAD).put('good', GOOD)
    const got = fetching(on, [object('missing'), object('bad'), object('good'), object('never asked')])
    expect(got).toMatchObject({ ok: true, from: 'source:good', sha256: EXPECTED.sha256 })
    expect(got.tried).toEqual(['no object missing', 'source:bad: SHA-256 differs from the recorded one'])
    expect(on.text(TO)).toBe('what was written')
  })

  it('reads a copy again: damage on the wire passes', () => {
    const on = host()
    on.store.put('good', GOOD)
    let reads = 0
    on.store.weather = (method) => {
      if (method === 'download') reads += 1
      if (reads < 3) throw new OperatingError('object-corrupt', 'the checksum of the wire differs')
    }
    expect(fetching(on, [object('good')]).ok).toBe(true)
    expect(downloads(on)).toBe(3)
  })

  it('fetches nothing that is there already, whole', () => {
    const on = host().place(TO, 'what was written')
    expect(fetching(on, [object('good')]).from).toBe('already here')
    expect(downloads(on)).toBe(0)
  })

  it('replaces what is there in part', () => {
    const on = host().place(TO, 'what was')
    on.store.put('good', GOOD)
    fetching(on, [object('good')])
    expect(on.text(TO)).toBe('what was written')
  })

  it('finds an older version below encrypted, deleted and other ones, however many pages they fill', () => {
    const on = host()
    on.store.put('key', GOOD)
    for (let n = 0; n < 5; n += 1) on.store.put('key', BAD)
    on.store.put('key', utf8Encode('ransom')).put('key', null).put('keyed', BAD)
    expect(fetching(on, [object('key')])).toMatchObject({ ok: true, from: 'source:key version v1' })
  })

  it('takes no older version by chance: without a digest there is none to take', () => {
    const on = host()
    on.store.put('key', GOOD).put('key', null)
    expect(fetching(on, [object('key')], UNKNOWN).ok).toBe(false)
  })

  it('bears a role that may not list versions', () => {
    const on = host()
    on.store.put('bad', BAD).put('good', GOOD)
    on.store.weather = (method) => {
      if (method === 'versions') throw new OperatingError('store-denied', 'AccessDenied')
    }
    expect(fetching(on, [object('bad'), object('good')]).ok).toBe(true)
  })

  it('leaves nothing behind when no copy is good', () => {
    const on = host()
    on.store.put('bad', BAD)
    const got = fetching(on, [object('bad'), file('/in/absent')])
    expect(got).toMatchObject({ ok: false, sha256: null, from: null })
    expect(got.tried.at(-1)).toBe('/in/absent: not there')
    expect(on.files.stat({ path: TO })).toBeNull()
  })

  it('copies a good file and refuses a bad one', () => {
    const on = host().place('/in/bad', 'what was altered').place('/in/good', 'what was written')
    const got = fetching(on, [file('/in/bad'), file('/in/good')])
    expect(got.from).toBe('/in/good')
    expect(got.tried).toEqual(['/in/bad: SHA-256 differs from the recorded one'])
    expect(on.text(TO)).toBe('what was written')
  })

  it('does not lose the only copy when it lies where it is wanted', () => {
    const on = host().place(TO, 'what was written')
    expect(fetching(on, [file(TO)], UNKNOWN).ok).toBe(true)
    expect(on.text(TO)).toBe('what was written')
  })

  it('gives up an object that fails while its store answers about it, for another copy', () => {
    const on = host()
    on.store.put('sick', GOOD).put('good', GOOD)
    on.store.weather = (method, key) => {
      if (method === 'download' && key === 'sick') throw new OperatingError('store-unavailable', '500')
    }
    expect(fetching(on, [object('sick'), object('good')])).toMatchObject({ ok: true, from: 'source:good' })
  })

  it('waits for a store, with patience, and then throws what the store said', () => {
    const on = host()
    on.store.put('good', GOOD)
    on.store.weather = () => {
      if (on.clock.now < 500) throw new OperatingError('store-unavailable', '503')
    }
    expect(fetching(on, [object('good')]).ok).toBe(true)
    const silent = host()
    silent.store.weather = () => {
      throw new OperatingError('store-unavailable', '503')
    }
    expect(() => fetching(silent, [object('good')])).toThrow('503')
    expect(silent.clock.now).toBe(1_000)
  })
})
