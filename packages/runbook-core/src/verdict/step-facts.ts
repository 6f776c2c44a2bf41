import { type ActionRegistry, checkedOnce, type DeclaredEffects, type Trait } from '../actions/index.ts'
import type { QualifiedRunbook, QualifiedStep } from '../runbook/qualified.ts'
import type { Moment, RunRecord, StepRecord } from './run-record.ts'

/** A step as authored, as run, and as its action declares itself. */
export interface StepFacts {
  readonly step: QualifiedStep
  /** Null: it never came to it. */
  readonly record: StepRecord | null
  readonly traits: readonly Trait[]
  /** Of the input it ran with; null: it did not run, its kind is unknown, or it may do anything. */
  readonly effects: DeclaredEffects | null
}

/** An action that cannot know what it does says so with a resource of this scheme. */
const UNKNOWN = 'unknown:'

/** The steps of a run, in authored order. */
export function stepFacts(
  record: RunRecord,
  runbook: QualifiedRunbook,
  actions: ActionRegistry,
): readonly StepFacts[] {
  return runbook.steps.map((step) => {
    const ran = record.steps.get(step.id) ?? null
    const action = actions.get(step.action.kind)
    return {
      step,
      record: ran,
      traits: action?.traits ?? [],
      effects: ran === null || ran.started === null ? null : declared(actions, step.action.kind, ran),
    }
  })
}

function declared(actions: ActionRegistry, kind: string, ran: StepRecord): DeclaredEffects | null {
  const action = actions.get(kind)
  const input = action === null ? null : checkedOnce(action.input, ran.input)
  if (action === null || input === null || !input.success) return null
  const effects: DeclaredEffects = action.effects(input.data)
  const all = [...effects.reads, ...effects.writes, ...effects.destroys, ...effects.exposes]
  return all.some((resource) => resource.startsWith(UNKNOWN)) ? null : effects
}

/** Steps that ran and of which nobody can say what they did. */
export function opaqueSteps(steps: readonly StepFacts[]): readonly string[] {
  return steps
    .filter((facts) => facts.record !== null && facts.record.started !== null && facts.effects === null)
    .map((facts) => facts.step.id)
}

/** Instants that follow from what steps are for; explicit marks win. */
export interface Milestones {
  readonly gatePassed: Moment | null
  /** Every step that protects the restored data has succeeded. */
  readonly protected: Moment | null
  /** The first thing that lets clients in has begun. */
  readonly trafficMoved: (Moment & { readonly by: string }) | null
  /** A client was answered after the gate. */
  readonly restored: Moment | null
}

/** See `Milestones`. Traits and port calls tell, never the names of kinds. */
export function milestones(
  record: RunRecord,
  runbook: QualifiedRunbook,
  steps: readonly StepFacts[],
): Milestones {
  const gate = record.steps.get(runbook.gate)
  const gatePassed = record.marks['gate-passed'] ?? gate?.firstSucceeded ?? null
  return {
    gatePassed,
    protected: record.marks.protected ?? protectedAt(steps),
    trafficMoved: trafficMoved(record, steps),
    restored: record.marks.restored ?? answeredAt(steps, gatePassed),
  }
}

function protectedAt(steps: readonly StepFacts[]): Moment | null {
  const protecting = steps.filter((facts) => facts.traits.includes('protects'))
  const ends = protecting.map((facts) => facts.record?.firstSucceeded ?? null)
  if (ends.length === 0 || ends.includes(null)) return null
  return ends.reduce((a, b) => (a !== null && b !== null && a.seq > b.seq ? a : b))
}

function trafficMoved(record: RunRecord, steps: readonly StepFacts[]): Milestones['trafficMoved'] {
  const moments: (Moment & { readonly by: string })[] = []
  const [call] = record.trafficCalls
  if (call !== undefined)
    moments.push({ seq: call.seq, at: call.at, by: `${call.call} in step ${call.step}` })
  const mark = record.marks['traffic-moved']
  if (mark !== undefined) moments.push({ seq: mark.seq, at: mark.at, by: 'the mark "traffic-moved"' })
  for (const { step, record: ran, traits } of steps) {
    if (traits.includes('exposes') && ran !== null && ran.started !== null && ran.skipped === null) {
      moments.push({ ...ran.started, by: `step ${step.id}` })
    }
  }
  return moments.reduce<Milestones['trafficMoved']>((a, b) => (a === null || b.seq < a.seq ? b : a), null)
}

function answeredAt(steps: readonly StepFacts[], gate: Moment | null): Moment | null {
  if (gate === null) return null
  const ends = steps
    .filter(({ traits }) => traits.includes('answers-clients'))
    .map(({ record }) => record?.firstSucceeded ?? null)
    .filter((end) => end !== null && end.seq > gate.seq)
  return ends.reduce((a, b) => (a === null || (b !== null && b.seq < a.seq) ? b : a), null)
}
