import type { SimulatedDisk } from '@dr-drill/simulator'
import { RandomStream } from '@dr-drill/simulator'
import { nativeChecksums } from '@dr-drill/simulator/server'
import { expect } from 'vitest'
import { Bucket } from './bucket.ts'
import { DAMAGES, type Damage } from './damages.ts'
import { isPrefix, type Ledger, lossOf, readLedger, Survey } from './truth.ts'
import { type VirtualDrill, virtualDrill } from './virtual-drill.ts'

/** A production history that is damaged and drilled. */
export interface DamagedProduction {
  /** The data directory of its embedded S3, whole. */
  readonly s3: SimulatedDisk
  readonly ledgerText: string
  readonly failureAt: number
  readonly trustKey: string
  readonly signer: Uint8Array
  /** The bucket of another production. */
  readonly foreign: Bucket
}

/** What a drill is given. */
export interface Given {
  readonly trusted: boolean
  readonly known: boolean
  /** The object that is hit; drawn when absent. */
  readonly target?: string
  readonly params?: Readonly<Record<string, string>>
}

/** A damaged bucket that was drilled. */
export interface Case extends Given {
  readonly damages: readonly Damage[]
  readonly drill: VirtualDrill
}

/** Damages copies of one production's bucket, drills them, and knows the truth. */
export class Damaging {
  readonly survey: Survey
  readonly ledger: Ledger
  readonly #production: DamagedProduction
  readonly #pristine: Bucket

  constructor(production: DamagedProduction) {
    this.#production = production
    this.#pristine = new Bucket(production.s3)
    this.survey = new Survey(this.#pristine)
    this.ledger = readLedger(production.ledgerText)
  }

  /** Damages a copy of the bucket and drills it; `first` damages it by hand before. */
  drill(
    kinds: readonly string[],
    given: Given,
    random: RandomStream,
    first: (bucket: Bucket) => readonly Damage[] = () => [],
  ): Case {
    const { s3, failureAt, ledgerText, trustKey, signer, foreign } = this.#production
    const [pristine, survey] = [this.#pristine, this.survey]
    const bucket = new Bucket(s3.fork())
    const byHand = first(bucket)
    const drawn = kinds.map((kind) => {
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
    const damages = [...byHand, ...drawn]
    const before = bucket.disk.image(nativeChecksums.sha256())
    const drill = virtualDrill({
      source: bucket.disk,
      failureAt,
      ledger: given.known ? Buffer.from(ledgerText) : null,
      trustKey: given.trusted ? trustKey : null,
      ...(given.params === undefined ? {} : { params: given.params }),
    })
    expect(bucket.disk.image(nativeChecksums.sha256()), 'the source is only read').toBe(before)
    return { ...given, damages, drill }
  }

  /** Everything that a drill says about damaged backups is true. Gives the untrue ones, in words. */
  untruths({ trusted, known, damages, drill }: Case): string[] {
    const { survey, ledger } = this
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

  /** Drills a damaged bucket and expects that nothing untrue is said. */
  expectTruth(
    kinds: readonly string[],
    given: Given,
    seed: string,
    first: (bucket: Bucket) => readonly Damage[] = () => [],
  ): Case {
    const found = this.drill(kinds, given, RandomStream.fromSeed(seed), first)
    expect(this.untruths(found), describeCase(seed, found)).toEqual([])
    return found
  }
}

/** Ranges of cases: 0 to 19, 20 to 39, and so on. */
export const handfuls = (cases: number, size: number): [from: number, to: number][] =>
  Array.from({ length: Math.ceil(cases / size) }, (_, at) => [
    at * size,
    Math.min(cases, (at + 1) * size) - 1,
  ])

/** How a claim of a drill stands. */
export const claim = (drill: VirtualDrill, id: string): string | undefined =>
  drill.judged.claims.find((one) => one.id === id)?.status

const describeCase = (seed: string, { trusted, known, damages, drill }: Case): string =>
  [
    `seed ${seed}, ${trusted ? 'with' : 'without'} trust key, ${known ? 'with' : 'without'} ledger`,
    ...damages.map(({ what }) => what),
    `verdict ${drill.judged.verdict.kind}: ${drill.judged.verdict.reason}`,
  ].join('\n  ')
