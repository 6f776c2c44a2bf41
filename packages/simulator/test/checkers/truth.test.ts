import {
  bucketControl,
  type ExpectationInput,
  expectationOf,
  isTruePrefix,
  type LedgerLine,
  LedgerTruth,
  MemoryBucket,
  parseFault,
  SourceTruth,
  trueLoss,
} from '@dr-drill/simulator'
import { nativeS3Digests } from '@dr-drill/simulator/server'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { smallProduction } from '../simulation/lab.ts'

const production = smallProduction()
const cut = production.cutAt(production.endsAt)

/** A source as the disaster left it, to be damaged. */
function source() {
  const bucket = new MemoryBucket({
    name: production.bucket,
    versioning: true,
    credentials: [{ accessKey: 'any', rights: 'read-write' }],
    nowMs: () => production.endsAt,
    md5Hex: (bytes) => nativeS3Digests.md5().update(bytes).hex(),
    content: cut.source(),
  })
  const store = bucketControl(bucket, 'any')
  const truth = new SourceTruth(store)
  const reach = (signed = true) => {
    const reached = truth.survey.reach(truth.isGood, signed)
    expect(truth.reach(signed), 'what is remembered of the store as it is now').toBe(reached)
    return reached
  }
  return { store, truth, reach }
}

const whole = source()
const { survey } = whole.truth
const full = whole.reach()
const manifests = survey.backups.map(({ name }) => `${name}/manifest.jsonl`)
const last = survey.archived.at(-1)
if (last === undefined || full === null) throw new Error('production has archived something')
const copiesOf = (sha256: string): string[] => [
  ...survey.archived.filter((one) => one.sha256 === sha256).map(({ key }) => key),
  ...survey.backups.flatMap(({ name, files }) =>
    files.filter((file) => file.sha256 === sha256).map(({ path }) => `${name}/${path}`),
  ),
]

describe('how far a restore can reach', () => {
  test('undamaged: to the last record that was archived or backed up', () => {
    const stops = survey.backups.map(({ stopPosition }) => Number(stopPosition))
    expect(full).toBe(Math.max(Number(last.lastPosition), ...stops))
    expect(manifests.length).toBeGreaterThan(1)
  })

  test('an object that was overwritten or deleted where versions are kept has lost nothing', () => {
    const { store, truth, reach } = source()
    for (const key of store.keys()) {
      if (key.length % 2 === 0) store.overwrite(key, new Uint8Array([1, 2, 3]))
      else store.delete(key)
    }
    expect(reach()).toBe(full)
    expect(truth.lost).toEqual([])
    expect(truth.changed).toBe(truth.keys.length)
  })

  test('nowhere without a manifest, or without the engine', () => {
    const bare = source()
    for (const key of manifests) bare.store.lose(key)
    expect(bare.reach()).toBeNull()
    const headless = source()
    headless.store.lose(survey.artifacts[0] ?? '')
    expect(headless.reach()).toBeNull()
  })

  test('to the hole when every copy of a segment is gone, to the end while one is left', () => {
    const { store, reach } = source()
    const [first, ...others] = copiesOf(last.sha256)
    for (const key of others) store.lose(key)
    expect(reach()).toBe(full)
    store.rot(first ?? '', new Uint8Array(7))
    expect(reach()).toBe(Number(last.firstPosition) - 1)
  })

  test('a segment for which nobody vouches any longer counts only where nothing is signed', () => {
    const { store, reach } = source()
    store.lose(`${last.key}.json`)
    const isHeldElsewhere = copiesOf(last.sha256).length > 1
    expect(reach()).toBe(isHeldElsewhere ? full : Number(last.firstPosition) - 1)
    expect(reach(false)).toBe(full)
  })

  test('losing more never lets it reach further (property)', () => {
    const keys = whole.truth.keys
    fc.assert(
      fc.property(fc.subarray([...keys]), fc.subarray([...keys]), (some, more) => {
        const few = new Set(some)
        const many = new Set([...some, ...more])
        const ofFew = survey.reach((key) => !few.has(key), true) ?? -1
        const ofMany = survey.reach((key) => !many.has(key), true) ?? -1
        return ofMany <= ofFew && ofFew <= full
      }),
      { numRuns: 60 },
    )
  })
})

describe('what must come of a drill', () => {
  const { store, truth, reach } = source()
  for (const key of copiesOf(last.sha256)) store.lose(key)
  const left = reach()
  const given: ExpectationInput = {
    source: truth,
    signed: true,
    acceptsLoss: false,
    undamagedReach: full,
    reachAtStart: left,
    shownReach: left,
    shownMentioned: truth.mentioned,
    fired: [],
    hasGrown: false,
    unfit: null,
    asked: [],
  }

  test('refusing, where the last segment is gone and nobody accepted that', () => {
    expect(expectationOf(given).kind).toBe('must-refuse')
  })

  test('exactly what is left, where the loss was accepted', () => {
    expect(expectationOf({ ...given, acceptsLoss: true })).toMatchObject({
      kind: 'must-recover',
      through: left,
    })
  })

  test('all or what is left, or letting nobody in, where it went while the run was under way', () => {
    expect(expectationOf({ ...given, reachAtStart: full })).toMatchObject({
      kind: 'may-stop',
      through: full,
      orLess: left,
    })
  })

  test('exactly what is left, where nothing speaks of what is gone', () => {
    const tailless = source()
    const holders = survey.backups.filter(({ stopPosition }) => Number(stopPosition) > (left ?? 0))
    for (const key of copiesOf(last.sha256)) tailless.store.lose(key)
    tailless.store.lose(`${last.key}.json`)
    for (const { name } of holders) tailless.store.lose(`${name}/manifest.jsonl`)
    const through = tailless.reach()
    expect(through).toBeLessThan(full)
    const without = { ...given, source: tailless.truth, reachAtStart: through, shownReach: through }
    expect(expectationOf(without)).toMatchObject({ kind: 'must-recover', through, orLess: null })
  })

  test('as much as a replica showed, where it lagged behind', () => {
    const lagging = { ...given, source: source().truth, reachAtStart: full, shownReach: left }
    expect(expectationOf(lagging)).toMatchObject({ kind: 'must-recover', through: full, orLess: left })
  })

  test('what is left or as much as was shown, where a replica showed nothing that speaks of what is gone', () => {
    const shown = (left ?? 0) - 1
    const hidden = { ...given, shownReach: shown, shownMentioned: shown }
    expect(expectationOf(hidden)).toMatchObject({ kind: 'may-stop', through: left, orLess: shown })
    expect(expectationOf({ ...hidden, shownMentioned: full }).kind).toBe('must-refuse')
  })

  test('all of it, or letting nobody in, after what makes it right to stop', () => {
    const stopped = [parseFault('rotten-placement')]
    const afterwards = {
      ...given,
      source: source().truth,
      reachAtStart: full,
      shownReach: full,
      fired: stopped,
    }
    expect(expectationOf(afterwards)).toMatchObject({ kind: 'may-stop', through: full, orLess: null })
  })

  test('either, where a stranger wrote something else and there is no key to know him by', () => {
    const forged = source()
    for (const key of copiesOf(last.sha256)) {
      forged.store.lose(key)
      forged.store.overwrite(key, new Uint8Array([1]))
    }
    const without = { ...given, source: forged.truth, reachAtStart: forged.reach(false), signed: false }
    expect(expectationOf(without).kind).toBe('either')
    expect(expectationOf({ ...without, reachAtStart: forged.reach(), signed: true }).kind).toBe('must-refuse')
    expect(expectationOf({ ...given, signed: false }).kind).toBe('must-refuse')
  })

  test('all of it, where nothing is gone', () => {
    const undamaged = { ...given, source: source().truth, reachAtStart: full }
    expect(expectationOf(undamaged)).toMatchObject({ kind: 'must-recover', through: full })
  })
})

describe('what was promised', () => {
  const line = (
    op: LedgerLine['op'],
    key: string,
    at: number,
    position: string | null = null,
  ): LedgerLine => ({
    op,
    key,
    at,
    position,
    digest: op === 'failed' ? '' : `digest of ${key}`,
  })
  // `b` was never heard of again, `c` was answered after the disaster at 30.
  const ledger = new LedgerTruth(
    [
      line('submitted', 'a', 10),
      line('acknowledged', 'a', 11, '1'),
      line('submitted', 'b', 12),
      line('submitted', 'c', 29),
      line('acknowledged', 'c', 31, '3'),
      line('submitted', 'd', 40),
      line('acknowledged', 'd', 41, '4'),
    ],
    30,
  )
  const served = (...keys: readonly string[]) =>
    keys.map((key, index) => ({ key, position: index + 1, digest: `digest of ${key}` }))

  test('what was sent and not answered may come back, at its place, or not', () => {
    for (const keys of [['a'], ['a', 'b'], ['a', 'b', 'c']]) {
      expect(isTruePrefix(ledger, served(...keys))).toBe(true)
      expect(trueLoss(ledger, served(...keys))).toMatchObject({ lost: 0, unexpected: 0, altered: 0 })
    }
    expect(isTruePrefix(ledger, served('a', 'c'))).toBe(false)
  })

  test('what was never sent before the disaster is unexpected', () => {
    expect(trueLoss(ledger, served('a', 'b', 'c', 'd'))).toMatchObject({ unexpected: 1, lost: 0 })
  })

  test('what was promised and is gone, altered or doubled is counted so, the oldest first', () => {
    expect(trueLoss(ledger, [])).toMatchObject({ acknowledged: 1, lost: 1, recovered: 0, oldestLostAt: 11 })
    const altered = [{ key: 'a', position: 1, digest: 'another' }]
    expect(trueLoss(ledger, altered)).toMatchObject({ altered: 1, lost: 0, oldestLostAt: 11 })
    expect(trueLoss(ledger, served('a', 'a'))).toMatchObject({ duplicated: 1, lost: 0 })
  })
})
