import type { InvariantResult } from '@dr-drill/runbook-core'
import { CHECKERS } from './checkers.ts'
import { disagreements } from './disagreements.ts'
import type { DrillTruth } from './truth/drill-truth.ts'
import type { Expectation } from './truth/expectation.ts'

/** A drill held against the truth. */
export interface CheckedDrill {
  readonly results: readonly InvariantResult[]
  readonly expectation: Expectation
  /** `inconclusive`: a fault that was asked for did not strike, or something could not be checked. */
  readonly status: 'passed' | 'violated' | 'inconclusive'
  /** Those that are violated. */
  readonly violations: readonly InvariantResult[]
  /** Why it is inconclusive, in words. */
  readonly open: readonly string[]
}

/** Holds a drill against all invariants, and the run's own judgement against the world's. */
export function checkDrill(truth: DrillTruth): CheckedDrill {
  const found = CHECKERS.map((checker) => checker.check(truth))
  const differences = disagreements(truth, found)
  const results = found.map((result) =>
    result.id === 'I7' && differences.length > 0
      ? { ...result, status: 'violated' as const, detail: [result.detail, ...differences].join('; ') }
      : result,
  )
  const violations = results.filter(({ status }) => status === 'violated')
  const open = [
    ...truth.unfiredFaults.map(({ kind }) => `fault ${kind} did not strike`),
    ...results
      .filter(({ status }) => status === 'not-checked')
      .map(({ id, detail }) => `${id} could not be checked: ${detail}`),
  ]
  return {
    results,
    expectation: truth.expectation,
    status: violations.length > 0 ? 'violated' : open.length > 0 ? 'inconclusive' : 'passed',
    violations,
    open,
  }
}
