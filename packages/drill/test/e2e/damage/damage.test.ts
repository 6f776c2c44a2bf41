import { RandomStream, worldSigningKey } from '@dr-drill/simulator'
import { describe, expect, test } from 'vitest'
import { Bucket } from './bucket.ts'
import { DAMAGES } from './damages.ts'
import { claim, Damaging, handfuls } from './damaging.ts'
import { worldOf } from './made-world.ts'
import { isPrefix, lossOf } from './truth.ts'

const isLong = process.env.DRILL_TEST_LONG === '1'
const SEED = 5

const { world, ledgerText } = worldOf(SEED)
const damaging = new Damaging({
  ...world,
  ledgerText,
  signer: worldSigningKey(SEED),
  foreign: new Bucket(worldOf(SEED + 1).world.s3),
})
const { survey, ledger } = damaging
const expectTruth = damaging.expectTruth.bind(damaging)

test('undamaged, all that was archived comes back and everything is proven', () => {
  const { drill } = expectTruth([], { trusted: true, known: true }, 'none')
  expect(drill.judged.verdict.kind).toBe('restored-with-loss')
  expect(drill.judged.exitCode).toBe(0)
  expect(drill.judged.claims.filter(({ status }) => status !== 'proven')).toEqual([])
  expect(drill.served.length).toBe(survey.records)
})

/** Each kind is tried so often, with and without key and ledger. */
const RUNS = isLong ? 40 : 2

test.each(Object.keys(DAMAGES))(
  '%s: nothing untrue is said',
  (kind) => {
    for (let run = 0; run < RUNS; run += 1) {
      expectTruth([kind], { trusted: run % 2 === 0, known: run % 4 < 2 }, `${kind} ${run}`)
    }
  },
  900_000,
)

/** Cases by the handful: each test ends in its time on a busy machine, too. */
test.each(handfuls(isLong ? 400 : 16, 20))(
  'several damages at once, cases %i to %i: nothing untrue is said',
  (from, to) => {
    for (let run = from; run <= to; run += 1) {
      const random = RandomStream.fromSeed(run).split('kinds')
      const kinds = Array.from({ length: random.integer(2, 6) }, () => random.pick(Object.keys(DAMAGES)))
      expectTruth(kinds, { trusted: random.chance(2, 3), known: random.chance(2, 3) }, `several ${run}`)
    }
  },
  900_000,
)

test('a record altered and resealed: a trusted key refuses it, a ledger finds it, with neither nobody vouches', () => {
  const kind = 'record altered and resealed by a stranger'
  const trusted = expectTruth([kind], { trusted: true, known: true }, 'resealed')
  expect(claim(trusted.drill, 'authenticity')).toBe('proven')
  expect(lossOf(ledger, trusted.drill.served).altered).toBe(0)
  const known = expectTruth([kind], { trusted: false, known: true }, 'resealed')
  expect(known.drill.judged).toMatchObject({ verdict: { kind: 'failed' }, exitCode: 1, passed: false })
  expect(lossOf(ledger, known.drill.served).altered).toBe(1)
  const neither = expectTruth([kind], { trusted: false, known: false }, 'resealed')
  expect(neither.drill.judged.verdict.kind).toBe('restored')
  expect(['loss', 'authenticity', 'newest-log'].map((id) => claim(neither.drill, id))).toEqual([
    'unproven',
    'unproven',
    'unproven',
  ])
})

describe('the last archived segment, of which there is one copy,', () => {
  const last = survey.archived.at(-1)?.key ?? ''
  const kinds = [
    'byte flipped',
    'byte flipped, checksum mended',
    'object cut',
    'object cut, checksum mended',
    'object removed',
    'bytes removed, record left',
  ]
  test.each(kinds)('%s: is refused by name, and given up when the loss is accepted', (kind) => {
    const given = { trusted: true, known: true, target: last }
    const { drill } = expectTruth([kind], given, `last ${kind}`)
    expect(drill.judged).toMatchObject({ verdict: { kind: 'refused' }, exitCode: 3 })
    expect(drill.judged.verdict.reason).toContain(last.slice(last.lastIndexOf('/') + 1))
    expect(drill.judged.verdict.next).toContain('accept-loss=true')
    const accepted = { ...given, params: { 'accept-loss': 'true' } }
    const { drill: prefix } = expectTruth([kind], accepted, `last ${kind}`)
    expect(prefix.judged.verdict.kind).toBe('restored-with-loss')
    expect(isPrefix(ledger, prefix.served)).toBe(true)
    expect(prefix.served.length).toBeLessThan(survey.records)
  })

  test('its sidecar unreadable: is refused when signatures count, and taken for what it says when none do', () => {
    const target = `${last}.json`
    const { drill } = expectTruth(['byte flipped'], { trusted: true, known: true, target }, 'sidecar')
    expect(drill.judged.verdict.kind).toBe('refused')
    const { drill: unsigned } = expectTruth(
      ['byte flipped'],
      { trusted: false, known: true, target },
      'sidecar',
    )
    expect(unsigned.served.length).toBe(survey.records)
  })
})

test('what the signer itself sealed falsely is found by the ledger alone', () => {
  for (const kind of [
    'record altered and resealed by the signer',
    'backup altered and resealed by the signer',
  ]) {
    const { drill } = expectTruth([kind], { trusted: true, known: true }, kind)
    expect(drill.judged).toMatchObject({ verdict: { kind: 'failed' }, exitCode: 1 })
  }
})
