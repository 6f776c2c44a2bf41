import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OLD_TTL_MS, TestSurroundings } from './support.ts'

test('before anybody changes it a name leads to the old host', () => {
  const around = new TestSurroundings()
  expect(around.resolve()).toEqual(
    ['resolver-1', 'resolver-2', 'resolver-3'].map((resolver) => ({
      resolver,
      addresses: ['old-primary'],
      ttlMs: OLD_TTL_MS,
    })),
  )
})

test('each resolver follows when its own time to live has passed, exactly then, and stays (property)', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000 }),
      fc.integer({ min: 0, max: 2_000_000 }),
      (seed, startMs) => {
        const around = new TestSurroundings(seed)
        if (startMs > 0) around.pass(startMs)
        around.update('new')
        const leftMs = around.resolve().map(({ ttlMs }) => ttlMs)
        for (const ms of leftMs) {
          expect(ms).toBeGreaterThan(0)
          expect(ms).toBeLessThanOrEqual(OLD_TTL_MS)
        }
        for (const at of [...leftMs].sort((a, b) => a - b)) {
          const now = around.kernel.nowMs - startMs
          if (at - 1 > now) around.pass(at - 1 - now)
          expect(around.addresses()).toEqual(
            leftMs.map((ms) => (ms <= around.kernel.nowMs - startMs ? 'new' : 'old-primary')),
          )
          const after = around.kernel.nowMs - startMs
          if (at > after) around.pass(at - after)
        }
        expect(around.addresses()).toEqual(['new', 'new', 'new'])
        expect(around.resolve().every(({ ttlMs }) => ttlMs === 60_000)).toBe(true)
      },
    ),
    { numRuns: 60 },
  )
})

test('instants of resolvers are spread over the time to live', () => {
  const left: number[] = []
  for (let seed = 0; seed < 400; seed += 1) {
    const around = new TestSurroundings(seed)
    around.update('new')
    left.push(...around.resolve().map(({ ttlMs }) => ttlMs))
  }
  const mean = left.reduce((sum, ms) => sum + ms, 0) / left.length
  // Uniform over 300 s: a mean of 150 s; five standard errors of 1,200 draws are 12.5 s.
  expect(Math.abs(mean - OLD_TTL_MS / 2)).toBeLessThan(12_500)
  expect(new Set(left.map((ms) => Math.floor(ms / 30_000))).size).toBeGreaterThanOrEqual(10)
})

test('the same seed gives the same instants, another seed others', () => {
  const instants = (seed: number) => {
    const around = new TestSurroundings(seed)
    around.update('new')
    return around.resolve()
  }
  expect(instants(3)).toEqual(instants(3))
  expect(instants(3)).not.toEqual(instants(4))
})

test('saying the same again makes no resolver wait anew', () => {
  const around = new TestSurroundings()
  around.update('new')
  around.pass(OLD_TTL_MS)
  around.update('new')
  expect(around.addresses()).toEqual(['new', 'new', 'new'])
})

test('a second change before a resolver has seen the first is seen at the same instant', () => {
  const around = new TestSurroundings()
  around.update('new')
  const before = around.resolve().map(({ ttlMs }) => ttlMs)
  around.update('newer')
  expect(around.resolve().map(({ ttlMs }) => ttlMs)).toEqual(before)
  around.pass(OLD_TTL_MS)
  expect(around.addresses()).toEqual(['newer', 'newer', 'newer'])
})

test('a stale resolver keeps what it has for so much longer; the others do not', () => {
  const around = new TestSurroundings()
  const mend = around.world.keepStaleDns('resolver-2', 1_000_000)
  around.update('new')
  around.pass(OLD_TTL_MS)
  expect(around.addresses()).toEqual(['new', 'old-primary', 'new'])
  expect(around.met).toEqual(['dns-stale resolver-2'])
  around.pass(1_000_000 - 1)
  mend()
  mend()
  expect(around.addresses()).toEqual(['new', 'new', 'new'])
})

test('a stale resolver catches up by itself', () => {
  const around = new TestSurroundings()
  around.world.keepStaleDns('resolver-2', 1_000)
  around.update('new')
  around.pass(OLD_TTL_MS + 1_000)
  expect(around.addresses()).toEqual(['new', 'new', 'new'])
})

test('as many updates are refused as were asked for', () => {
  const around = new TestSurroundings()
  around.world.refuseDnsUpdates(2)
  expect([around.update('a'), around.update('b'), around.update('c')]).toEqual([
    'connection-failed',
    'connection-failed',
    'done',
  ])
  expect(around.met).toEqual(['dns-refused', 'dns-refused'])
  around.pass(OLD_TTL_MS)
  expect(around.addresses()).toEqual(['c', 'c', 'c'])
  const mend = around.world.refuseDnsUpdates(Number.POSITIVE_INFINITY)
  expect([around.update('d'), around.update('d')]).toEqual(['connection-failed', 'connection-failed'])
  mend()
  expect(around.update('d')).toBe('done')
})

test('a swallowed update is acknowledged and never comes', () => {
  const around = new TestSurroundings()
  const mend = around.world.swallowDnsUpdates()
  expect(around.update('new')).toBe('done')
  around.pass(10 * OLD_TTL_MS)
  expect(around.addresses()).toEqual(['old-primary', 'old-primary', 'old-primary'])
  expect(around.met).toEqual(['dns-swallowed'])
  mend()
  around.update('new')
  around.pass(OLD_TTL_MS)
  expect(around.world.names.addressesOf('toy.example')).toEqual(['new'])
})
