import { faultsOf, type JudgedRun } from '@dr-drill/runbook-core'
import {
  type DrillTruth,
  excusedBy,
  expectationOf,
  type Holdings,
  isKnownPrefix,
  LedgerTruth,
  type Served,
  servedBy,
  trueLoss,
} from '../../checkers/index.ts'
import { ROOT } from '../../disk/index.ts'
import { filesOnly, type SimulatedWorld } from '../simulated-world.ts'
import { ledElsewhere } from './led-elsewhere.ts'

/** What was known of a drill before its run began, and while the world healed. */
export interface Known {
  readonly undamagedReach: number | null
  readonly reachAtStart: number | null
  /** The same of what the source showed then. */
  readonly shownReach: number | null
  /** The last position of which anything spoke that the source showed then. */
  readonly shownMentioned: number
  /** Objects of the source that were not what production wrote when the run began. */
  readonly changedAtStart: number
  /** Virtual time of the declaration, ms. */
  readonly declaredAt: number
  /** Why nothing may be restored onto this host; null: it is fit. */
  readonly unfit: string | null
  /** How often the world healed for the run to go on. */
  readonly helped: number
  /** Drill time that passed while nobody could have gone on, ms. */
  readonly healedMs: number
}

/** How far a restore could reach now. */
export const reachNow = ({ sourceTruth, options }: SimulatedWorld): number | null =>
  sourceTruth.reach(options.trusted)

/** How far a restore could reach of what the source shows now. */
export const shownNow = ({ sourceTruth, options }: SimulatedWorld): number | null =>
  sourceTruth.shownReach(options.trusted)

/** Gathers the truth about a drill that has ended. */
export function truthOf(world: SimulatedWorld, judged: JudgedRun, known: Known): DrillTruth {
  const { options, sourceTruth, witness, host, stores, run } = world
  const ledger = new LedgerTruth(options.production.ledger, options.failureAt)
  const holdings = holdingsNow(world, new Set(testKeys(judged)))
  const served = holdings?.records ?? null
  const faults = faultsOf(judged.record)
  const fired = faults.filter((fault) => fault.fired)
  const excused = excusedBy(fired)
  return {
    judged,
    events: world.tape.events,
    ledger,
    source: sourceTruth,
    given: { ledger: options.ledgerGiven, trustKey: options.trusted },
    sourceChangedMeanwhile: sourceTruth.changed !== known.changedAtStart,
    served,
    testWrites: holdings === null ? [] : testWrites(ledger, holdings),
    loss: served === null ? null : trueLoss(ledger, served),
    exposures: witness.exposures,
    sightings: world.sightings,
    listening: { address: witness.address, isPublic: witness.isPublic },
    notices: host.surroundings.people.notices,
    unfit: known.unfit,
    helped: known.helped,
    ledElsewhere: ledElsewhere(judged.runbook, host.surroundings, (name) => world.namesAtEnd.get(name) ?? []),
    sourceWrites: witness.sourceWrites,
    shownNames: witness.shownNames,
    sourceRequests: stores.sourceRequests(),
    touchedPaths: witness.touchedPaths,
    acted: witness.acted,
    peakBytes: witness.peakBytes,
    files: host.disk.handlers(ROOT),
    archive: stores.archive,
    epochMs: options.failureAt,
    declaredAt: known.declaredAt,
    deaths: run.deaths,
    powerLosses: host.machine.powerLosses,
    targetAt: null,
    cutOff: new Set(),
    firedFaults: fired,
    unfiredFaults: faults.filter((fault) => !fault.fired),
    excused: {
      delayMs: excused.delayMs === null ? null : excused.delayMs + known.healedMs,
      lossMs: excused.lossMs === null ? null : excused.lossMs + world.aftermath.lossMs,
    },
    expectation: expectationOf({
      source: sourceTruth,
      signed: options.trusted,
      acceptsLoss: judged.record.started?.params['accept-loss'] === true,
      undamagedReach: known.undamagedReach,
      reachAtStart: known.reachAtStart,
      shownReach: known.shownReach,
      shownMentioned: known.shownMentioned,
      fired,
      asked: faults,
      unfit: known.unfit,
      hasGrown: world.oldPrimary.archived.length > 0,
    }),
  }
}

/** What is there and was never sent by production. */
function testWrites(ledger: LedgerTruth, { records, apart }: Holdings): readonly Served[] {
  const open = isKnownPrefix(ledger, records) ? apart : [...records, ...apart]
  return open.filter(({ key }) => !ledger.wasSubmitted(key)).sort((a, b) => a.position - b.position)
}

/** What the engine holds that serves now, less these keys; null when none does. */
function holdingsNow(world: SimulatedWorld, setApart: ReadonlySet<string>): Holdings | null {
  const engine = world.host.engine()
  if (engine === null) return null
  return world.drive(servedBy(engine, world.options.checksums, setApart), filesOnly(world))
}

/** Keys that the run wrote on purpose, as its journal tells. */
function testKeys({ record, runbook }: JudgedRun): string[] {
  return runbook.steps.flatMap(({ id, action }) => {
    if (action.kind !== 'write-probe') return []
    const output = record.steps.get(id)?.output
    const key = typeof output === 'object' && output !== null && 'key' in output ? output.key : null
    return typeof key === 'string' ? [key] : []
  })
}
