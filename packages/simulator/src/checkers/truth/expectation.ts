import type { FaultRecord } from '@dr-drill/runbook-core'
import { faultKind } from '../../faults/index.ts'
import type { Excused } from './drill-truth.ts'
import type { SourceTruth } from './source-truth.ts'

/**
 * What must come of a drill. `must-recover`: exactly the records up to a position serve at the end. `must-refuse`: nothing may be said
 * to be restored. `either`: both are right, as long as what is said is true.
 */
export type Expectation =
  | {
      readonly kind: 'must-recover'
      readonly through: number
      /** True when somebody has added to the source meanwhile: then what came in time may be served, too. */
      readonly orMore: boolean
      readonly why: string
    }
  | { readonly kind: 'must-refuse'; readonly why: string }
  | { readonly kind: 'either'; readonly why: string }

/** What an expectation rests on. */
export interface ExpectationInput {
  readonly source: SourceTruth
  /** Whether the run was given the signer's key. */
  readonly signed: boolean
  readonly acceptsLoss: boolean
  /** How far a restore could reach before anything was damaged. */
  readonly undamagedReach: number | null
  /** How far it could reach when the run began: what the disaster and faults before the first step had left. */
  readonly reachAtStart: number | null
  readonly fired: readonly FaultRecord[]
  /** Faults that the drill had, seen to strike or not. */
  readonly asked: readonly FaultRecord[]
  /** Whether a server that came back has written into the source. */
  readonly hasGrown: boolean
}

/** Derives what must come of a drill from what is left of production's bytes and from what the atlas says of the faults that fired. */
export function expectationOf(input: ExpectationInput): Expectation {
  const { source, signed, acceptsLoss, undamagedReach, reachAtStart } = input
  const reach = source.survey.reach(source.isGood, signed)
  if (reach === null) {
    if (reachAtStart === null) return { kind: 'must-refuse', why: 'no backup and its artefact are left' }
    return { kind: 'either', why: 'the last backup was lost while the run was under way' }
  }
  const outcomeOf = ({ kind, with: given }: FaultRecord) => faultKind(kind).outcome(given)
  const stopping = input.fired.find((fault) => outcomeOf(fault) === 'stop')
  const refusing = input.fired.find((fault) => outcomeOf(fault) === 'refuse')
  const falters = input.fired.filter((fault) => faultKind(fault.kind).strikes === 'store-requests')
  const isWhole = undamagedReach !== null && reach >= undamagedReach
  const untraced = input.asked.find(({ kind, with: given }) => {
    const { outcome, excuses } = faultKind(kind)
    return outcome(given) === 'recover' && excuses(given).lossMs !== 0
  })
  if (untraced !== undefined) {
    return {
      kind: 'either',
      why: `what ${untraced.kind} keeps from the run leaves no trace`,
    }
  }
  if (!isWhole && !acceptsLoss) {
    if (reachAtStart !== null && undamagedReach !== null && reachAtStart >= undamagedReach) {
      return { kind: 'either', why: 'log was lost while the run was under way' }
    }
    return { kind: 'must-refuse', why: `nothing good reaches beyond position ${reach}` }
  }
  if (stopping !== undefined) {
    return { kind: 'either', why: `after ${stopping.kind} it is right to refuse or to stop` }
  }
  if (refusing !== undefined && isWhole) {
    return { kind: 'either', why: `while ${refusing.kind} lasts it is right to refuse` }
  }
  // Whoever may not list versions is told of none: what only an older one holds is as good as gone to that run.
  if (source.changed > 0 && falters.some((fault) => outcomeOf(fault) === 'resume')) {
    return { kind: 'either', why: 'what only an older version holds was withheld' }
  }
  if (falters.length > 0 && (falters.length > 1 || source.lost.length > 0)) {
    return { kind: 'either', why: 'what the store hid may have been the last copy' }
  }
  const why = 'every needed byte has a good copy'
  return { kind: 'must-recover', through: reach, orMore: input.hasGrown, why }
}

/** Excuses add up; one that knows no bound has none together either. */
export function excusedBy(fired: readonly FaultRecord[]): Excused {
  const total = fired.map(({ kind, with: given }) => faultKind(kind).excuses(given))
  const sum = (values: readonly (number | null)[]): number | null =>
    values.includes(null) ? null : values.reduce<number>((a, b) => a + (b ?? 0), 0)
  return {
    delayMs: sum(total.map(({ delayMs }) => delayMs)),
    lossMs: sum(total.map(({ lossMs }) => lossMs)),
  }
}
