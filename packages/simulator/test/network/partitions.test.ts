import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Ended, TestNetwork } from './support.ts'

test('behind a partition a request never arrives, and its caller waits until it has had enough', () => {
  const net = new TestNetwork()
  const heal = net.network.partition('recovery-host', 'source')
  expect(net.network.isOpen('recovery-host', 'source')).toBe(false)
  expect(net.sendAll({ a: { patienceMs: 700 } })).toEqual({ a: { how: 'silence', atMs: 700 } })
  expect(net.acted).toEqual([])
  expect(net.met).toEqual(['recovery-host source partitioned'])
  expect(net.sendAll({ b: { to: 'archive' } }).b?.how).toBe('b')
  heal()
  heal()
  expect(net.network.isOpen('recovery-host', 'source')).toBe(true)
  expect(net.sendAll({ c: {} }).c?.how).toBe('c')
})

test('a partition lies between two places, whoever calls', () => {
  const net = new TestNetwork()
  net.network.partition('source', 'recovery-host')
  expect(net.sendAll({ a: {}, b: { from: 'source', to: 'recovery-host' } })).toMatchObject({
    a: { how: 'silence' },
    b: { how: 'silence' },
  })
})

test('one way, requests arrive and act and nobody hears of it; the other way they do not even arrive', () => {
  const net = new TestNetwork()
  net.network.partition('recovery-host', 'source', { oneWay: true })
  const ended = net.sendAll({ a: {}, b: { from: 'source', to: 'recovery-host' } })
  expect([ended.a?.how, ended.b?.how]).toEqual(['silence', 'silence'])
  expect(net.acted).toEqual(['a'])
})

test('what is under way stands still, and goes on when the partition heals in time', () => {
  const net = new TestNetwork()
  const ends: Ended[] = []
  net.start('a', { bytes: 1_000, patienceMs: 5_000 }, (ended) => ends.push(ended))
  net.pass(400)
  const heal = net.network.partition('recovery-host', 'source')
  expect(net.met).toEqual(['recovery-host source partitioned'])
  net.pass(2_000)
  heal()
  net.pass(599)
  expect(ends).toEqual([])
  net.pass(1)
  expect(ends).toEqual([{ how: 'a', atMs: 3_000 }])
})

test('what stands still for longer than its caller has patience fails', () => {
  const net = new TestNetwork()
  const ends: Ended[] = []
  net.start('a', { bytes: 1_000, patienceMs: 5_000 }, (ended) => ends.push(ended))
  net.pass(400)
  net.network.partition('recovery-host', 'source')
  net.pass(5_000)
  expect(ends).toEqual([{ how: 'silence', atMs: 5_400 }])
})

test('held requests are delivered in their order when released', () => {
  const net = new TestNetwork()
  const release = net.network.hold('recovery-host', 'source')
  const ends: string[] = []
  for (const name of ['a', 'b', 'c']) net.start(name, {}, ({ how, atMs }) => ends.push(`${how} ${atMs}`))
  net.pass(500)
  expect([net.acted, ends]).toEqual([[], []])
  release()
  release()
  net.pass(1)
  expect(net.acted).toEqual(['a', 'b', 'c'])
  expect(ends).toEqual(['a 500', 'b 500', 'c 500'])
  expect(net.met).toEqual(Array(3).fill('recovery-host source held'))
})

test('what was held until its caller gave up still changes things, late; what only asks does not', () => {
  const net = new TestNetwork()
  net.network.performLateIn({ offers: () => false, dispatch: () => undefined })
  const release = net.network.hold('recovery-host', 'source')
  const ended = net.sendAll({
    write: { changes: true, patienceMs: 100 },
    read: { changes: false, patienceMs: 100 },
  })
  expect([ended.write?.how, ended.read?.how, net.acted.length]).toEqual(['silence', 'silence', 0])
  release()
  net.pass(1)
  expect(net.acted).toEqual(['write'])
})

test('a client that is gone has its transfers cut where they were; others go on', () => {
  const net = new TestNetwork()
  const parts: number[] = []
  const ends: string[] = []
  const tell = ({ how }: Ended): void => void ends.push(how)
  net.start('mine', { bytes: 1_000, onCut: (part) => parts.push(part) }, tell)
  net.start('other', { bytes: 1_000, client: 'stemedb' }, tell)
  net.pass(250)
  net.network.cut('recovery-host', 'root')
  net.pass(2_000)
  expect(parts).toEqual([0.25])
  expect(ends).toEqual(['reset', 'other'])
  net.start('again', { bytes: 1_000, onCut: (part) => parts.push(part) }, tell)
  net.pass(500)
  net.network.cut('recovery-host')
  net.pass(1)
  expect([parts, ends.at(-1)]).toEqual([[0.25, 0.5], 'reset'])
})

test('however partitions come and go, a request ends once, and what is answered has acted (property)', () => {
  const change = fc.record({
    after: fc.integer({ min: 0, max: 3_000 }),
    lasts: fc.integer({ min: 0, max: 8_000 }),
  })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 5 }), fc.boolean(), (changes, oneWay) => {
      const net = new TestNetwork()
      for (const { after, lasts } of changes) {
        net.kernel.after(after, () => {
          const heal = net.network.partition('recovery-host', 'source', { oneWay })
          net.kernel.after(lasts, heal)
        })
      }
      const names = ['a', 'b', 'c', 'd']
      const ended = net.sendAll(
        Object.fromEntries(names.map((name) => [name, { bytes: 700, patienceMs: 5_000 }])),
      )
      for (const name of names) {
        const { how, atMs } = ended[name] as Ended
        expect(['silence', name]).toContain(how)
        if (how === name) expect(net.acted).toContain(name)
        if (how === name && changes.length === 0) expect(atMs).toBeLessThanOrEqual(2_800)
      }
      net.pass(50_000)
      expect(net.acted.length).toBeLessThanOrEqual(names.length)
    }),
    { numRuns: 60 },
  )
})
