import { readFileSync } from 'node:fs'
import { generateWorld, RandomStream, type World, worldSigningKey } from '@dr-drill/simulator'
import { nativeChecksums, nativeS3Digests } from '@dr-drill/simulator/server'
import { describe, expect, test } from 'vitest'
import { Bucket } from './bucket.ts'
import { DAMAGES, type Damage } from './damages.ts'
import { isPrefix, lossOf, readLedger, Survey } from './truth.ts'
import { type VirtualDrill, virtualDrill } from './virtual-drill.ts'

const isLong = process.env.DRILL_TEST_LONG === '1'
const SEED = 5
const ARTIFACT = 'artifacts/stemedb-api-0.1.0'

function worldOf(seed: number): { readonly world: World; readonly ledger: string } {
  const lines: string[] = []
  const world = generateWorld({
    seed,
    assertions: 90,
    shiftMs: 0,
    checksums: nativeChecksums,
    digests: nativeS3Digests,
    engineVersion: '0.1.0',
    artifacts: [{ key: ARTIFACT, bytes: readFileSync(`fixtures/${ARTIFACT}`) }],
    ledger: (line) => lines.push(line),
  })
  return { world, ledger: lines.join('') }
}

const { world, ledger: ledgerText } = worldOf(SEED)
const foreign = new Bucket(worldOf(SEED + 1).world.s3)
const pristine = new Bucket(world.s3)
const survey = new Survey(pristine)
const ledger = readLedger(ledgerText)
const signer = worldSigningKey(SEED)

interface Given {
  readonly trusted: boolean
  readonly known: boolean
  /** The object that is hit; drawn when absent. */
  readonly target?: string
  readonly params?: Readonly<Record<string, string>>
}

interface Case extends Given {
  readonly damages: readonly Damage[]
  readonly drill: VirtualDrill
}

/** Damages a copy of the bucket and drills it. */
function damagedDrill(kinds: readonly string[], given: Given, random: RandomStream): Case {
  const bucket = new Bucket(world.s3.fork())
  const damages = kinds.map((kind) => {
    const damage = DAMAGES[kind]
    if (damage === undefined) throw new Error(`no damage ${kind}`)
    const { target } = given
    return damage({
      bucket,
      pristine,
      survey,
      foreign,
      random,
      signer,
      ...(target === undefined ? {} : { target }),
    })
  })
  const before = bucket.disk.image(nativeChecksums.sha256())
  const drill = virtualDrill({
    source: bucket.disk,
    failureAt: world.failureAt,
    ledger: given.known ? Buffer.from(ledgerText) : null,
    trustKey: given.trusted ? world.trustKey : null,
    ...(given.params === undefined ? {} : { params: given.params }),
  })
  expect(bucket.disk.image(nativeChecksums.sha256()), 'the source is only read').toBe(before)
  return { ...given, damages, drill }
}

const claim = (drill: VirtualDrill, id: string): string | undefined =>
  drill.judged.claims.find((one) => one.id === id)?.status

/** Everything that a drill says about damaged backups is true. Gives the untrue ones, in words. */
function untruths({ trusted, known, damages, drill }: Case): string[] {
  const { judged, served } = drill
  const { kind } = judged.verdict
  const truth = lossOf(ledger, served)
  const wrong = truth.altered + truth.duplicated + truth.unexpected
  const liesOfSigner = damages.some(({ lieOfSigner }) => lieOfSigner)
  const forged = damages.some(({ isForgery }) => isForgery)
  const changed = new Set(damages.flatMap((damage) => damage.changed))
  const recoverable = survey.canRestore(changed, trusted) && !liesOfSigner && (trusted || !forged)
  const isWhole = served.every(({ position }, index) => position === index + 1)
  const restored = kind === 'restored' || kind === 'restored-with-loss'
  const found: string[] = []
  const check = (holds: boolean, words: string) => {
    if (!holds) found.push(words)
  }
  check(
    drill.sourceRequests.other === 0 && drill.sourceRequests.refusedWrites === 0,
    'the source was written to',
  )
  check(['restored', 'restored-with-loss', 'refused', 'failed'].includes(kind), `the verdict is ${kind}`)
  check(judged.passed !== true || restored, 'it passed without restoring')
  if (known && restored) check(wrong === 0, 'restored, although records are wrong')
  if (known) check(kind !== 'restored' || truth.lost === 0, 'restored, although records are lost')
  if (kind === 'restored-with-loss') check(known && truth.lost > 0, 'a loss that is none')
  if (claim(drill, 'loss') === 'proven') {
    const { loss } = (judged.record.evidence.get('oracle') ?? {}) as { loss?: object }
    check(
      known && JSON.stringify(loss) === JSON.stringify({ unit: 'assertion', ...truth }),
      'the loss is another',
    )
  }
  if (restored) check(isWhole && served.length > 0, 'restored, but not one history without a hole')
  for (const id of ['completeness', 'contiguity']) {
    if (claim(drill, id) === 'proven') check(isWhole, `${id} is not proven`)
  }
  if (claim(drill, 'authenticity') === 'proven') {
    check(trusted && (liesOfSigner || isPrefix(ledger, served)), 'what was restored is not what was signed')
  }
  if (!trusted) check(claim(drill, 'authenticity') !== 'proven', 'authenticity is proven without a key')
  if (trusted && !liesOfSigner) check(isPrefix(ledger, served), 'something forged is served')
  if (known && restored === false && wrong > 0) check(judged.exitCode === 1, 'wrong records do not fail')
  if (kind === 'refused') {
    check(judged.exitCode === 3 && served.length === 0, 'refused, but something is served')
  }
  if (recoverable) {
    check(
      served.length === survey.records && (liesOfSigner || isPrefix(ledger, served)),
      `every needed byte has a good copy, but ${kind}: ${judged.verdict.reason}`,
    )
  }
  return found
}

const describeCase = (seed: string, { trusted, known, damages, drill }: Case): string =>
  [
    `seed ${seed}, ${trusted ? 'with' : 'without'} trust key, ${known ? 'with' : 'without'} ledger`,
    ...damages.map(({ what }) => what),
    `verdict ${drill.judged.verdict.kind}: ${drill.judged.verdict.reason}`,
  ].join('\n  ')

function expectTruth(kinds: readonly string[], given: Given, seed: string): Case {
  const found = damagedDrill(kinds, given, RandomStream.fromSeed(seed))
  expect(untruths(found), describeCase(seed, found)).toEqual([])
  return found
}

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

test('several damages at once: nothing untrue is said', () => {
  for (let run = 0; run < (isLong ? 400 : 16); run += 1) {
    const random = RandomStream.fromSeed(run).split('kinds')
    const kinds = Array.from({ length: random.integer(2, 6) }, () => random.pick(Object.keys(DAMAGES)))
    expectTruth(kinds, { trusted: random.chance(2, 3), known: random.chance(2, 3) }, `several ${run}`)
  }
}, 900_000)

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
