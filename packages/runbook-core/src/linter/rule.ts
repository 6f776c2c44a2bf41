import type { LintContext } from './context.ts'

/** `error`: it will cost data, integrity or the objective; `warning`: it may; `info`: worth knowing. */
export type Severity = 'error' | 'warning' | 'info'

/** What a rule found. */
export interface Violation {
  /** The step concerned; null for the runbook as a whole. */
  readonly step: string | null
  readonly message: string
  /** What to write instead. */
  readonly fix: string
  /** Where one rule stands for several defects of the seed. */
  readonly defect?: string
}

/** One lint rule: a static reading of the graph. Knows traits and declared effects, never the name of a kind. */
export interface Rule {
  /** Stable: DR001, ... */
  readonly id: string
  readonly name: string
  readonly severity: Severity
  /** The defect of the procedure as written that it stands for: D01, ... */
  readonly defect: string
  /** One sentence: what must hold. */
  readonly requires: string
  check(context: LintContext): Iterable<Violation>
}

/** A finding as `lint --format json` prints it. */
export interface Finding {
  readonly rule: string
  readonly severity: Severity
  readonly defect: string
  readonly file: string | null
  readonly line: number | null
  readonly step: string | null
  readonly message: string
  readonly fix: string
}
