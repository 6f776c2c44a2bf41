import type { Protection } from '../runbook/qualified.ts'

/** What the protection of production promises at worst (D05). */
export interface WorstCaseLoss {
  readonly targetMs: number
  /** Null: unbounded, since an open segment is never archived while it fills. */
  readonly worstCaseMs: number | null
  /** Longest archive interval that would hold the objective; null when none would. */
  readonly longestIntervalMs: number | null
  readonly exceeds: boolean
}

/**
 * The oldest record that may be lost: one acknowledged just after a cycle closed its segment waits a whole interval, then for the
 * timer's accuracy, then until the upload of that cycle has ended.
 */
export function worstCaseLoss(protection: Protection, rpoMs: number): WorstCaseLoss {
  const aroundMs = protection.archiveAccuracyMs + protection.archiveDurationMs
  const worstCaseMs = protection.rotatesEachCycle ? protection.archiveIntervalMs + aroundMs : null
  const longestMs = rpoMs - aroundMs
  return {
    targetMs: rpoMs,
    worstCaseMs,
    longestIntervalMs: protection.rotatesEachCycle && longestMs > 0 ? longestMs : null,
    exceeds: worstCaseMs === null || worstCaseMs > rpoMs,
  }
}
