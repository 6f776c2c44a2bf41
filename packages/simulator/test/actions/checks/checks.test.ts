import { portableChecksums, utf8Encode } from '@dr-drill/runbook-core'
import { describe, expect, it } from 'vitest'
import { FakeHost } from '../fakes/fake-host.ts'
import { refused } from '../fakes/toy-database.ts'

const SERVED = { service: 'toy.service', endpoint: 'toy', invocation: 'start-1' }
const SEGMENTS = [
  { fileName: 'one.wal', firstPosition: '1', lastPosition: '2' },
  { fileName: 'two.wal', firstPosition: '3', lastPosition: '3' },
]
const QUERY = { ...SERVED, directory: '/data/wal', segments: SEGMENTS, subject: 'test/dr' }
const COUNTS = { ...SERVED, base: 2, beyond: 1 }
const METRICS = { ...SERVED, prefix: 'toy_' }

/** A host whose service runs as this run started it. */
function serving(): FakeHost {
  const host = new FakeHost()
  host.services.add('toy.service', { state: 'active', invocation: 'start-1' })
  return host
}

describe('every check first proves that it speaks to the process this run started', () => {
  const checks = [
    ['compare-counts', COUNTS],
    ['run-query', QUERY],
    ['check-metrics', METRICS],
    ['write-probe', SERVED],
  ] as const

  it.each(checks)('%s refuses when something else restarted the service', (kind, input) => {
    const host = serving()
    host.services.add('toy.service', { state: 'active', invocation: 'start-2' })
    host.database.health = { ...host.database.health, instance: 'start-2' }
    expect(host.failure(kind, input).code).toBe('identity-mismatch')
    expect(host.database.written).toEqual([])
  })

  it.each(checks)('%s refuses when another process answers at the endpoint', (kind, input) => {
    const host = serving()
    host.database.health = { ...host.database.health, instance: 'stranger' }
    expect(host.failure(kind, input).code).toBe('identity-mismatch')
    expect(host.database.written).toEqual([])
  })

  it.each(checks)('%s fails when no process runs, whoever answers', (kind, input) => {
    const host = serving()
    host.services.add('toy.service', { state: 'failed' })
    expect(host.failure(kind, input).code).toBe('service-failed')
    expect(host.database.written).toEqual([])
  })

  it.each(checks)('%s fails when the service is not installed', (kind, input) => {
    expect(new FakeHost().failure(kind, input).code).toBe('service-failed')
  })

  it.each(checks)(
    '%s believes an engine that tells no instance as far as the service manager does',
    (kind, input) => {
      const host = serving()
      host.database.health = { ...host.database.health, instance: null }
      expect(host.perform(kind, input)).toBeTruthy()
    },
  )

  it.each(checks)('%s tells when nothing answers', (kind, input) => {
    const host = serving()
    host.database.weather = refused
    expect(host.failure(kind, input).code).toBe('connection-failed')
  })
})

describe('compare-counts', () => {
  it('passes on exactly base plus what lies beyond it, below zero after an accepted loss', () => {
    expect(serving().perform('compare-counts', COUNTS)).toEqual({ expected: 3, actual: 3 })
    expect(serving().perform('compare-counts', { ...COUNTS, base: 5, beyond: -2 }).expected).toBe(3)
  })

  it.each([2, 4, 0])('fails when the service holds %i instead, and says both numbers', (recordCount) => {
    const host = serving()
    host.database.health = { ...host.database.health, recordCount }
    const error = host.failure('compare-counts', COUNTS)
    expect(error.code).toBe('check-failed')
    expect(error.message).toContain(`holds ${recordCount} records`)
    expect(error.message).toContain('hold 3')
  })
})

describe('run-query', () => {
  it('compares the first and the last record of each segment, and asks once where they are the same', () => {
    expect(serving().perform('run-query', QUERY)).toEqual({ compared: 3, subject: 'test/dr' })
  })

  it.each([
    ['is not served', null],
    ['is served with other content', { key: 'c', digest: 'altered' }],
    ['is served with other content', { key: 'other', digest: 'd3' }],
  ])('fails when a record %s', (told, answer) => {
    const host = serving()
    host.database.served.set('3', answer as never)
    const error = host.failure('run-query', QUERY)
    expect(error.code).toBe('check-failed')
    expect(error.message).toContain(`record c at position 3 ${told}`)
  })

  it('asks about the newest segments when there are many', () => {
    const many = Array.from({ length: 30 }, (_, n) => ({
      fileName: `${n}.wal`,
      firstPosition: '1',
      lastPosition: '1',
    }))
    expect(serving().perform('run-query', { ...QUERY, segments: many }).compared).toBe(8)
  })

  it('opens nothing outside the directory', () => {
    const segments = [{ fileName: '../../etc/shadow', firstPosition: '1', lastPosition: '1' }]
    expect(serving().failure('run-query', { ...QUERY, segments }).code).toBe('path-escapes-root')
  })
})

describe('check-metrics', () => {
  it('counts those with the prefix', () => {
    expect(serving().perform('check-metrics', METRICS)).toEqual({ metrics: 2 })
  })

  it('fails when there is none', () => {
    const error = serving().failure('check-metrics', { ...METRICS, prefix: 'stemedb_' })
    expect(error.code).toBe('check-failed')
    expect(error.message).toContain('stemedb_')
  })
})

describe('write-probe', () => {
  // A digest of run and step alone: a resume starts another process, and must not write under another key.
  const KEY = `dr-probe-${portableChecksums.sha256Hex(utf8Encode('run/step')).slice(0, 32)}`

  it('writes one record under a key of the run and lists that key, however often it is repeated', () => {
    const host = serving()
    expect(host.perform('write-probe', SERVED)).toEqual({ key: KEY, position: '4' })
    host.perform('write-probe', SERVED)
    expect(host.database.written).toEqual([KEY])
  })

  it('keeps its key when a resume has started another process', () => {
    const host = serving()
    host.perform('write-probe', SERVED)
    host.services.add('toy.service', { state: 'active', invocation: 'start-2' })
    host.database.health = { ...host.database.health, instance: 'start-2' }
    host.perform('write-probe', { ...SERVED, invocation: 'start-2' })
    expect(host.database.written).toEqual([KEY])
  })

  it('writes no second one after a death at any call', () => {
    const calls = (() => {
      const host = serving()
      host.perform('write-probe', SERVED)
      return host.calls.length
    })()
    for (let call = 1; call <= calls; call += 1) {
      for (const when of ['before', 'after'] as const) {
        const host = serving()
        host.perform('write-probe', SERVED, { death: { call, when } })
        host.perform('write-probe', SERVED)
        expect(host.database.written).toEqual([KEY])
      }
    }
  })

  it('fails when the record was stored under a key that nobody would exclude', () => {
    const host = serving()
    host.database.storesAs = () => 'made-by-the-server'
    expect(host.failure('write-probe', SERVED).code).toBe('check-failed')
  })
})
