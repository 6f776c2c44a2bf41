import { RandomStream } from '@dr-drill/simulator'
import { describe, expect, test } from 'vitest'
import { Bucket } from './bucket.ts'
import { DAMAGES, type Damage } from './damages.ts'
import { claim, Damaging, handfuls } from './damaging.ts'
import { worldOf } from './made-world.ts'
import { secondLife } from './second-life.ts'
import { isPrefix, lossOf } from './truth.ts'

const isLong = process.env.DRILL_TEST_LONG === '1'
const SEED = 5

const { world } = worldOf(SEED)
const life = secondLife(world, SEED)
const damaging = new Damaging({ ...life, foreign: new Bucket(worldOf(SEED + 1).world.s3) })
const { survey, ledger } = damaging
const [first, second] = [...new Set(survey.archived.map(({ history }) => history))]
const backupsOfSecond = survey.backups.filter(({ history }) => history === second)

/** Every backup of the second history loses a byte of its data. */
function spoilSecond(bucket: Bucket): readonly Damage[] {
  return backupsOfSecond.map(({ name, files }) => {
    const key = `${name}/${files.find(({ path }) => path.startsWith('db/'))?.path}`
    const bytes = Uint8Array.from(bucket.bytes(key))
    bytes[200] = (bytes[200] ?? 0) ^ 1
    bucket.replace(key, bytes, false)
    return { what: `byte 200 of ${key} flipped`, changed: [key], lieOfSigner: false, isForgery: false }
  })
}

/** Every backup of the second history is gone without a trace. */
function removeSecond(bucket: Bucket): readonly Damage[] {
  const keys = backupsOfSecond.flatMap(({ name }) => bucket.keys.filter((key) => key.startsWith(`${name}/`)))
  for (const key of keys) bucket.remove(key, 'object')
  return [
    {
      what: 'the backups of the second history removed',
      changed: keys,
      lieOfSigner: false,
      isForgery: false,
    },
  ]
}

test('a restored production goes on in a history of its own, in the same bucket', () => {
  expect([...new Set(survey.archived.map(({ history }) => history))]).toHaveLength(2)
  expect(backupsOfSecond).toHaveLength(3)
  const { drill } = damaging.expectTruth([], { trusted: true, known: true }, 'none')
  expect(drill.judged).toMatchObject({ verdict: { kind: 'restored-with-loss' }, exitCode: 0 })
  expect(drill.served.length).toBe(survey.records)
  expect(survey.records).toBe(life.inherited + 48)
})

describe.each([
  ['damaged', spoilSecond],
  ['gone', removeSecond],
])('lost again, with every backup of its own %s,', (_name, change) => {
  test('everything that was archived in both histories comes back, and everything is proven', () => {
    const { drill } = damaging.expectTruth([], { trusted: true, known: true }, 'both', change)
    const { judged, served } = drill
    expect(judged).toMatchObject({ verdict: { kind: 'restored-with-loss' }, exitCode: 0 })
    expect(judged.claims.filter(({ status }) => status !== 'proven')).toEqual([])
    expect(served.length).toBe(survey.records)
    expect(isPrefix(ledger, served)).toBe(true)
    expect(lossOf(ledger, served).lost).toBe(12)
    const chosen = judged.selection.find((one) => one.chosen)
    expect(chosen?.candidate).toBe(survey.backups.findLast(({ history }) => history === first)?.name)
    expect(chosen?.reason).toContain(`history ${second} continues history ${first}`)
  })

  test('without a key and without a ledger, too, and nothing is claimed that nobody proved', () => {
    const { drill } = damaging.expectTruth([], { trusted: false, known: false }, 'neither', change)
    expect(drill.judged.verdict.kind).toBe('restored')
    expect(claim(drill, 'authenticity')).toBe('unproven')
    expect(drill.served.length).toBe(survey.records)
  })

  test.each(handfuls(isLong ? 300 : 12, 20))(
    'and further damage, cases %i to %i: nothing untrue is said',
    (from, to) => {
      for (let run = from; run <= to; run += 1) {
        const random = RandomStream.fromSeed(run).split('kinds of two histories')
        const kinds = Array.from({ length: random.integer(1, 4) }, () => random.pick(Object.keys(DAMAGES)))
        const given = { trusted: random.chance(2, 3), known: random.chance(2, 3) }
        damaging.expectTruth(kinds, given, `two histories ${run}`, change)
      }
    },
    900_000,
  )
})
