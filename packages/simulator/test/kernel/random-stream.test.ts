import { firstDivergence, RandomStream, RecordedDraws } from '@dr-drill/simulator'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const draws = (stream: RandomStream, count: number) => Array.from({ length: count }, () => stream.uint32())
const seed = fc.oneof(fc.integer(), fc.string({ maxLength: 8 }))
const label = fc.string({ maxLength: 12 })

test('the first draws of a seed never change: kept counterexamples rely on them', () => {
  expect(draws(RandomStream.fromSeed(1), 4)).toMatchInlineSnapshot(`
    [
      1420403787,
      3821999729,
      3346130532,
      2084550447,
    ]
  `)
  expect(draws(RandomStream.fromSeed(1).split('disk').split('0'), 4)).toMatchInlineSnapshot(`
    [
      1001966178,
      3248644434,
      3343464186,
      3789497055,
    ]
  `)
  expect([...RandomStream.fromSeed('world').bytes(9)]).toMatchInlineSnapshot(`
    [
      229,
      199,
      155,
      164,
      10,
      109,
      238,
      90,
      68,
    ]
  `)
})

test('a split depends on seed and label only, not on what was drawn before or beside it', () => {
  fc.assert(
    fc.property(seed, label, label, fc.nat(20), (root, one, other, before) => {
      const expected = draws(RandomStream.fromSeed(root).split(one), 8)
      const stream = RandomStream.fromSeed(root)
      draws(stream, before)
      draws(stream.split(other), before)
      const mine = stream.split(one)
      draws(stream, before)
      expect(draws(mine, 8)).toEqual(expected)
      if (one !== other) expect(draws(stream.split(other), 8)).not.toEqual(expected)
      expect(draws(RandomStream.fromSeed(root), 8)).not.toEqual(expected)
    }),
    { numRuns: 200 },
  )
})

test('paths of labels do not run together', () => {
  const root = RandomStream.fromSeed(1)
  const texts = ['ab', 'a', 'b', 'a/b', '', '\0', 'a\0', '0', '00', 'é']
  const streams = texts.flatMap((one) => texts.map((two) => root.split(one).split(two)))
  expect(new Set(streams.map((stream) => draws(stream, 4).join())).size).toBe(texts.length ** 2)
})

test('integers stay in their range and reach both ends; nothing is favoured', () => {
  fc.assert(
    fc.property(fc.integer(), fc.maxSafeInteger(), fc.nat(), (root, min, spread) => {
      const max = Math.min(Number.MAX_SAFE_INTEGER, min + spread)
      const value = RandomStream.fromSeed(root).integer(min, max)
      expect(Number.isSafeInteger(value) && value >= min && value <= max).toBe(true)
    }),
    { numRuns: 200 },
  )
  const stream = RandomStream.fromSeed(7)
  const counts = new Array<number>(6).fill(0)
  for (let roll = 0; roll < 60_000; roll += 1) {
    const side = stream.integer(0, 5)
    counts[side] = (counts[side] ?? 0) + 1
  }
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(600)
  const wide = Array.from({ length: 4000 }, () => stream.integer(0, Number.MAX_SAFE_INTEGER))
  const upper = wide.filter((value) => value > Number.MAX_SAFE_INTEGER / 2).length
  expect(Math.abs(upper - 2000)).toBeLessThan(250)
  expect(wide.some((value) => value % 2 === 1) && wide.some((value) => value % 2 === 0)).toBe(true)
})

test('each bit of a draw is set half of the time, in the root as in its splits', () => {
  for (const stream of [
    RandomStream.fromSeed(0),
    RandomStream.fromSeed(0).split('a'),
    RandomStream.fromSeed(-1),
  ]) {
    const values = draws(stream, 4096)
    for (let bit = 0; bit < 32; bit += 1) {
      const set = values.filter((value) => ((value >>> bit) & 1) === 1).length
      expect(Math.abs(set - 2048)).toBeLessThan(220)
    }
  }
})

test('a shuffle keeps the items and reaches every order; a pick reaches every item', () => {
  const stream = RandomStream.fromSeed(3)
  const orders = new Set(Array.from({ length: 400 }, () => stream.shuffle(['a', 'b', 'c', 'd']).join('')))
  expect(orders.size).toBe(24)
  expect(new Set(Array.from({ length: 60 }, () => stream.pick([1, 2, 3]))).size).toBe(3)
  const chances = Array.from({ length: 4000 }, () => stream.chance(1, 4)).filter(Boolean).length
  expect(Math.abs(chances - 1000)).toBeLessThan(150)
})

test('the draw log names the first draw at which two runs part', () => {
  const run = (extra: boolean) => {
    const log = new RecordedDraws()
    const root = RandomStream.fromSeed(9, log)
    root.split('disk').uint32()
    if (extra) root.split('network').uint32()
    root.split('disk/2').integer(0, 9)
    return log.draws
  }
  expect(firstDivergence(run(false), run(false))).toBeNull()
  expect(firstDivergence(run(false), run(true))).toMatchObject({
    position: 1,
    left: { stream: 'seed:9/disk/2', index: 0 },
    right: { stream: 'seed:9/network', index: 0 },
  })
  expect(firstDivergence(run(true).slice(0, 2), run(true))).toMatchObject({ position: 2, left: null })
})
