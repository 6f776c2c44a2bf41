import type { InvariantId, InvariantResult, InvariantStatus } from '@dr-drill/runbook-core'
import type { DrillTruth } from './truth/drill-truth.ts'

/** A status and what it rests on. */
export type Finding = readonly [status: InvariantStatus, detail: string]

/** An invariant held against the truth of a simulated drill. */
export interface Checker {
  readonly id: InvariantId
  readonly name: string
  check(truth: DrillTruth): InvariantResult
}

/** Declares a checker by what it finds. */
export function defineChecker(id: InvariantId, name: string, find: (truth: DrillTruth) => Finding): Checker {
  return {
    id,
    name,
    check(truth) {
      const [status, detail] = find(truth)
      return { id, name, status, detail }
    },
  }
}

/** Held or violated. */
export const holds = (condition: boolean, detail: string): Finding => [
  condition ? 'held' : 'violated',
  detail,
]

/** Names in words, the first few of many. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ')
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown
}

/** True when the run claims that service is restored. */
export const claimsRestored = ({ judged }: DrillTruth): boolean =>
  judged.verdict.kind === 'restored' || judged.verdict.kind === 'restored-with-loss'

/** True when clients were let in by name or balancer. */
export const hasMovedClients = ({ exposures }: DrillTruth): boolean =>
  exposures.some(({ what }) => what !== 'bind')
