import type { FaultRecord } from '@dr-drill/runbook-core'
import { faultKind } from '../../faults/index.ts'
import type { Excused } from './drill-truth.ts'
import type { SourceTruth } from './source-truth.ts'

/** Which records may serve at the end of a run that lets clients in. */
export interface Bounds {
  /** Exactly the records up to this position. */
  readonly through: number
  /** True when somebody has added to the source meanwhile: then what came in time may be served, too. */
  readonly orMore: boolean
  /** Where the source showed less for a while: at least the records up to here; null: not fewer than `through`. */
  readonly orLess: number | null
  /** True when nothing befell the run that it must not bear by itself: it may not end and need a person to let it go on. */
  readonly unaided: boolean
}

/**
 * What must come of a drill. `must-recover`: the records of its bounds serve at the end. `may-stop`: they do, or nobody was let in.
 * `must-refuse`: nothing may be said to be restored. `either`: both are right, as long as what is said is true.
 */
export type Expectation =
  | (Bounds & { readonly kind: 'must-recover' | 'may-stop'; readonly why: string })
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
  /** The same of what the source then showed: less than it held, where it was a replica that lagged behind. */
  readonly shownReach: number | null
  /** The last position of which anything spoke that the source then showed. */
  readonly shownMentioned: number
  readonly fired: readonly FaultRecord[]
  /** Faults that the drill had, seen to strike or not. */
  readonly asked: readonly FaultRecord[]
  /** Why nothing may be restored onto this host; null: it is fit. */
  readonly unfit: string | null
  /** Whether a server that came back has written into the source. */
  readonly hasGrown: boolean
}

/** Derives what must come of a drill from what is left of production's bytes and from what the atlas says of the faults that fired. */
export function expectationOf(input: ExpectationInput): Expectation {
  const { source, signed, acceptsLoss, undamagedReach, hasGrown, unfit } = input
  if (unfit !== null) return { kind: 'must-refuse', why: `the host is not fit: ${unfit}` }
  const reach = source.reach(signed)
  if (reach === null) return nothingLeft(input)
  // What nobody mentions any longer, no run can miss.
  const isWhole = undamagedReach !== null && reach >= Math.min(undamagedReach, source.mentioned)
  if (!isWhole && !acceptsLoss) return lessLeft(input, reach)
  const excuse = faultsExcuse(input, isWhole)
  const bounds = { through: reach, orMore: hasGrown, orLess: lessShown(input, reach, excuse !== null) }
  if (excuse !== null) return { kind: 'may-stop', ...bounds, unaided: false, why: excuse }
  return {
    kind: 'must-recover',
    ...bounds,
    unaided: isBorne(input),
    why: 'every needed byte has a good copy',
  }
}

/** How much less may be served: what a replica showed; where loss is accepted, whatever a store may have kept from the run. */
function lessShown({ shownReach, acceptsLoss }: ExpectationInput, reach: number, mayHide: boolean) {
  if (acceptsLoss && mayHide) return 0
  return shownReach !== null && shownReach < reach ? shownReach : null
}

/** A run bears nothing, or one fault of which the atlas says so, by itself; what hides objects only where another backup is at hand. */
function isBorne({ asked, source }: ExpectationInput): boolean {
  const [fault, ...more] = asked
  if (fault === undefined) return true
  if (more.length > 0 || outcomeOf(fault) !== 'recover') return false
  const { strikes } = faultKind(fault.kind)
  if (strikes !== 'store-requests' && strikes !== 'stored-objects') return true
  return source.survey.backups.filter(({ name }) => source.isCurrent(`${name}/manifest.jsonl`)).length > 1
}

const either = (why: string): Expectation => ({ kind: 'either', why })

const outcomeOf = ({ kind, with: given }: FaultRecord) => faultKind(kind).outcome(given)

function nothingLeft({ reachAtStart }: ExpectationInput): Expectation {
  return reachAtStart === null
    ? { kind: 'must-refuse', why: 'no backup and its artefact are left' }
    : either('the last backup was lost while the run was under way')
}

function lessLeft(input: ExpectationInput, reach: number): Expectation {
  const { reachAtStart, undamagedReach, source, signed, hasGrown } = input
  if (!signed && source.replaced.length > 0) {
    return either('whoever has no key takes what a stranger wrote for what it says')
  }
  const { shownReach, shownMentioned } = input
  if (shownReach !== null && shownReach >= shownMentioned) {
    const why = 'a replica that lagged behind showed nothing that speaks of what is gone'
    return {
      kind: 'may-stop',
      through: reach,
      orMore: hasGrown,
      orLess: Math.min(shownReach, reach),
      unaided: false,
      why,
    }
  }
  const wasWhole = reachAtStart !== null && undamagedReach !== null && reachAtStart >= undamagedReach
  if (!wasWhole) return { kind: 'must-refuse', why: `nothing good reaches beyond position ${reach}` }
  const why = 'log was lost while the run was under way'
  return { kind: 'may-stop', through: reachAtStart, orMore: hasGrown, orLess: reach, unaided: false, why }
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
