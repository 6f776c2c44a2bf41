import type { FaultRecord } from '@dr-drill/runbook-core'
import { type Domain, type DrawContext, faultKind, stepsAmong } from '../faults/index.ts'
import type { DrawnDrill, ExplorationSpace, ProductionKey } from './drawn-drill.ts'
import { laterMoments } from './later-moment.ts'

/**
 * Drills that are simpler than this one, in the order in which they are worth trying: fewest faults first, then later moments, then a
 * smaller history, then usual parameters and a plain disaster. Whoever takes the first that still fails, again and again, comes to an
 * end: each candidate is smaller in this order.
 */
export function* simplerDrills(drill: DrawnDrill, space: ExplorationSpace): Generator<DrawnDrill> {
  yield* fewerFaults(drill)
  yield* withFaults(drill, (fault) => later(fault, space.context))
  yield* smallerHistories(drill, space)
  yield* withFaults(drill, usual)
  yield* plainDisasters(drill)
}

/** Without any, one alone, all but one. */
function* fewerFaults(drill: DrawnDrill): Generator<DrawnDrill> {
  const { faults } = drill
  if (faults.length > 0) yield { ...drill, faults: [] }
  if (faults.length > 2) for (const fault of faults) yield { ...drill, faults: [fault] }
  if (faults.length > 1) {
    for (const fault of faults) yield { ...drill, faults: faults.filter((one) => one !== fault) }
  }
}

function* withFaults(
  drill: DrawnDrill,
  simpler: (fault: FaultRecord) => Iterable<FaultRecord>,
): Generator<DrawnDrill> {
  for (const [place, fault] of drill.faults.entries()) {
    for (const other of simpler(fault)) yield { ...drill, faults: drill.faults.with(place, other) }
  }
}

const domainsOf = (fault: FaultRecord): readonly (readonly [string, Domain])[] =>
  Object.entries(faultKind(fault.kind).domains as Readonly<Record<string, Domain>>)

function* later(fault: FaultRecord, context: DrawContext): Generator<FaultRecord> {
  for (const [name, domain] of domainsOf(fault)) {
    if (domain.type !== 'moment') continue
    const steps = stepsAmong(context, domain.among)
    for (const moment of laterMoments(String(fault.with[name]), { steps })) {
      yield { ...fault, with: { ...fault.with, [name]: moment } }
    }
  }
}

/** Fewer records in a life, then an earlier end of it: not before its first backup, with which there is something to restore. */
function* smallerHistories(drill: DrawnDrill, space: ExplorationSpace): Generator<DrawnDrill> {
  const { production, failureAt } = drill
  for (const assertions of space.smallerAssertions) {
    if (assertions >= production.assertions) continue
    const smaller = { seed: production.seed, assertions }
    yield { ...drill, production: smaller, failureAt: Math.max(failureAt, earliest(smaller, space)) }
  }
  const from = earliest(production, space)
  if (failureAt > from) yield { ...drill, failureAt: from }
  const halfway = Math.floor((from + failureAt) / 2)
  if (halfway > from) yield { ...drill, failureAt: halfway }
}

function earliest(key: ProductionKey, space: ExplorationSpace): number {
  const ends = space
    .production(key)
    .runs.flatMap(({ service, endedAt }) => (service.includes('backup') && endedAt !== null ? [endedAt] : []))
  return Math.min(...ends)
}

/** Each parameter as it is when nobody names it. Moments are what they are: later was tried. */
function* usual(fault: FaultRecord): Generator<FaultRecord> {
  for (const [name, domain] of domainsOf(fault)) {
    if (domain.type === 'moment' || fault.with[name] === domain.usual) continue
    yield { ...fault, with: { ...fault.with, [name]: domain.usual } }
  }
}

function* plainDisasters(drill: DrawnDrill): Generator<DrawnDrill> {
  const { disaster } = drill
  if (disaster.kind !== 'server') yield { ...drill, disaster: { ...disaster, kind: 'server' } }
  if (disaster.detectionMs > 0) yield { ...drill, disaster: { ...disaster, detectionMs: 0 } }
  if (disaster.declarationMs > 0) yield { ...drill, disaster: { ...disaster, declarationMs: 0 } }
}
