import fc from 'fast-check'
import { expect, test } from 'vitest'
import { answeredLate, PLAIN, TestNetwork } from './support.ts'

test('what takes no time is answered at once, without an event', () => {
  const net = new TestNetwork()
  expect(net.send('ping')).toBe('ping')
  expect(net.kernel.scheduled).toBe(0)
})

test('latency is waited for once, and delays nobody else', () => {
  const net = new TestNetwork({ durations: { ...PLAIN, linkLatencyMs: 20 } })
  expect(net.sendAll({ a: {}, b: { bytes: 100 }, c: { bytes: 100 } })).toEqual({
    a: { how: 'a', atMs: 20 },
    b: { how: 'b', atMs: 120 },
    c: { how: 'c', atMs: 220 },
  })
})

test('a byte stands for as many as the scale says', () => {
  const net = new TestNetwork({ durations: { ...PLAIN, scale: 50 } })
  expect(net.sendAll({ a: { bytes: 10 } }).a?.atMs).toBe(500)
})

test('parallel transfers end when the link has carried all of them, none before its own bytes (property)', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 12 }), (sizes) => {
      const net = new TestNetwork()
      const ended = net.sendAll(Object.fromEntries(sizes.map((bytes, index) => [`t${index}`, { bytes }])))
      const total = sizes.reduce((sum, bytes) => sum + bytes, 0)
      expect(Math.max(...Object.values(ended).map(({ atMs }) => atMs))).toBe(total)
      sizes.forEach((bytes, index) => {
        expect(ended[`t${index}`]?.atMs).toBeGreaterThanOrEqual(bytes)
      })
    }),
    { numRuns: 40 },
  )
})

test('links do not share what they carry', () => {
  const net = new TestNetwork()
  const ended = net.sendAll({ a: { bytes: 100 }, b: { bytes: 100, to: 'archive' } })
  expect([ended.a?.atMs, ended.b?.atMs]).toEqual([100, 100])
})

test('an answer that comes late is carried then', () => {
  const net = new TestNetwork()
  const act = () => answeredLate(net.kernel, 300, 'late')
  expect(net.sendAll({ a: { bytes: 100, act } }).a).toEqual({ how: 'late', atMs: 400 })
})

test('a degraded link is slower from then on, told to be so, and restored', () => {
  const net = new TestNetwork()
  const restore = net.network.degrade('recovery-host', 'source', { bytesPerSecond: 100, latencyMs: 7 })
  expect(net.sendAll({ a: { bytes: 10 } }).a?.atMs).toBe(107)
  expect(net.met).toEqual(['recovery-host source slowed'])
  const faster = net.network.degrade('source', 'recovery-host', { latencyMs: 0 })
  expect(net.sendAll({ b: { bytes: 10 } }).b?.atMs).toBe(207)
  faster()
  restore()
  restore()
  expect(net.sendAll({ c: { bytes: 10 } }).c?.atMs).toBe(217)
  expect(net.met.length).toBe(2)
})

test('what is under way goes on at the rate that the link has then', () => {
  const net = new TestNetwork()
  const ends: string[] = []
  const tell = ({ how, atMs }: { readonly how: string; readonly atMs: number }) => ends.push(`${how} ${atMs}`)
  net.start('a', { bytes: 1_000 }, tell)
  net.start('b', { bytes: 1_000 }, tell)
  net.pass(500)
  const restore = net.network.degrade('recovery-host', 'source', { bytesPerSecond: 100 })
  net.pass(1_000)
  expect(net.met).toEqual(['recovery-host source slowed'])
  restore()
  net.start('c', { bytes: 1_000 }, tell)
  net.pass(5_000)
  // Half of a second had passed, then a tenth of a second in one.
  expect(ends).toEqual(['a 1900', 'b 2900', 'c 3900'])
})

test('requests are lost at their rate, and one in two of them had acted', () => {
  const net = new TestNetwork()
  net.network.degrade('recovery-host', 'source', { lostPerMille: 100 })
  const outcomes = net.sendAll(
    Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`r${index}`, {}])),
  )
  const lost = Object.values(outcomes).filter(({ how }) => how === 'reset').length
  // 500 are expected; five standard deviations are 106.
  expect(Math.abs(lost - 500)).toBeLessThan(106)
  const unacted = 5_000 - net.acted.length
  expect(Math.abs(unacted - lost / 2)).toBeLessThan(56)
  expect(net.met.filter((what) => what.endsWith('lost')).length).toBe(lost)
  expect(net.met.length).toBe(lost)
})

test('the same seed loses the same requests, another loses others, and none are lost without the fault', () => {
  const lost = (seed: number, lostPerMille: number): string => {
    const net = new TestNetwork({ seed })
    net.network.degrade('recovery-host', 'source', { lostPerMille })
    const names = Array.from({ length: 200 }, (_, index) => `r${index}`)
    const ended = net.sendAll(Object.fromEntries(names.map((name) => [name, {}])))
    return names.map((name) => (ended[name]?.how === 'reset' ? 'x' : '.')).join('')
  }
  expect(lost(1, 200)).toBe(lost(1, 200))
  expect(lost(1, 200)).not.toBe(lost(2, 200))
  expect(lost(1, 0)).not.toContain('x')
  expect(lost(1, 1_000)).not.toContain('.')
})

test('who is interrupted waits no longer', () => {
  const net = new TestNetwork({ durations: { ...PLAIN, linkLatencyMs: 5_000 } })
  const listeners: (() => void)[] = []
  const outcome = net.send('a', {}, { onCancel: (listener) => void listeners.push(listener) })
  for (const listener of listeners) listener()
  expect(outcome).toMatchObject({ exit: { kind: 'success', value: 'a' } })
})
