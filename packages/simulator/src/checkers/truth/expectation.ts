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
  const { source, signed, acceptsLoss, undamagedReach } = input
  const reach = source.survey.reach(source.isGood, signed)
  if (reach === null) return nothingLeft(input)
  const untraced = input.asked.find(leavesNoTrace)
  if (untraced !== undefined) return either(`what ${untraced.kind} keeps from the run leaves no trace`)
  const isWhole = undamagedReach !== null && reach >= undamagedReach
  if (!isWhole && !acceptsLoss) return lessLeft(input, reach)
  const excuse = faultsExcuse(input, isWhole)
  if (excuse !== null) return either(excuse)
  const why = 'every needed byte has a good copy'
  return { kind: 'must-recover', through: reach, orMore: input.hasGrown, why }
}

const either = (why: string): Expectation => ({ kind: 'either', why })

const outcomeOf = ({ kind, with: given }: FaultRecord) => faultKind(kind).outcome(given)

/** It costs records, and a run cannot know that they ever were. */
const leavesNoTrace = (fault: FaultRecord): boolean =>
  outcomeOf(fault) === 'recover' && faultKind(fault.kind).excuses(fault.with).lossMs !== 0

function nothingLeft({ reachAtStart }: ExpectationInput): Expectation {
  return reachAtStart === null
    ? { kind: 'must-refuse', why: 'no backup and its artefact are left' }
    : either('the last backup was lost while the run was under way')
}

function lessLeft(input: ExpectationInput, reach: number): Expectation {
  const { reachAtStart, undamagedReach, source, signed } = input
  if (!signed && source.replaced.length > 0) {
    return either('whoever has no key takes what a stranger wrote for what it says')
  }
  const wasWhole = reachAtStart !== null && undamagedReach !== null && reachAtStart >= undamagedReach
  return wasWhole
    ? either('log was lost while the run was under way')
    : { kind: 'must-refuse', why: `nothing good reaches beyond position ${reach}` }
}

/** Why a run may end without restoring although the bytes are there; null: nothing excuses that. */
function faultsExcuse({ source, fired }: ExpectationInput, isWhole: boolean): string | null {
  const stopping = fired.find((fault) => outcomeOf(fault) === 'stop')
  if (stopping !== undefined) return `after ${stopping.kind} it is right to refuse or to stop`
  const refusing = fired.find((fault) => outcomeOf(fault) === 'refuse')
  if (refusing !== undefined && isWhole) return `while ${refusing.kind} lasts it is right to refuse`
  const falters = fired.filter((fault) => faultKind(fault.kind).strikes === 'store-requests')
  const mayHideTheLast = falters.length > 1 || (falters.length > 0 && source.lost.length > 0)
  return mayHideTheLast ? 'what the store hid may have been the last copy' : null
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
