import type { QualifiedRunbook } from '../runbook/qualified.ts'
import type { Claim } from '../verdict/claims.ts'
import type { ObjectivesResult } from '../verdict/objectives.ts'
import type { VerdictKind } from '../verdict/outcome.ts'
import type { RunRecord } from '../verdict/run-record.ts'
import type { Selected } from '../verdict/selection.ts'
import type { Milestones, StepFacts } from '../verdict/step-facts.ts'
import type { InvariantId, InvariantResult, InvariantStatus } from './invariant-result.ts'

/** What an invariant may look at: the run, its runbook, and what was made of them. */
export interface InvariantContext {
  readonly record: RunRecord
  readonly runbook: QualifiedRunbook
  readonly steps: readonly StepFacts[]
  readonly times: Milestones
  readonly objectives: ObjectivesResult
  readonly claims: readonly Claim[]
  readonly selection: readonly Selected[]
  /** The outcome by facts alone. */
  readonly kind: VerdictKind
}

/** A status and what it rests on. */
export type Finding = readonly [status: InvariantStatus, detail: string]

/** One invariant. */
export interface Invariant {
  readonly id: InvariantId
  readonly name: string
  check(context: InvariantContext): InvariantResult
}

/** Declares an invariant by what it finds. */
export function defineInvariant(
  id: InvariantId,
  name: string,
  find: (context: InvariantContext) => Finding,
): Invariant {
  return {
    id,
    name,
    check(context) {
      const [status, detail] = find(context)
      return { id, name, status, detail }
    },
  }
}

/** Held or violated. */
export const holds = (condition: boolean, detail: string): Finding => [
  condition ? 'held' : 'violated',
  detail,
]

/** True when the run got as far as restored data behind a passed gate; before that there is nothing to compare. */
export const hasRestored = ({ times }: InvariantContext): boolean => times.gatePassed !== null

/** Names in words, the first few of many. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ')
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown
}
