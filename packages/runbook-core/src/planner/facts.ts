import type { Capability } from '../actions/index.ts'

/** What is known when a plan is made; null where nobody measured. */
export interface PlanFacts {
  readonly backupBytes: number | null
  readonly logBytes: number | null
  readonly records: number | null
  /** Free bytes on the device of the data. */
  readonly freeBytes: number | null
}

/** Nobody measured anything. */
export const NO_FACTS: PlanFacts = { backupBytes: null, logBytes: null, records: null, freeBytes: null }

/** What a target offers. */
export interface PlanTarget {
  readonly name: string
  readonly capabilities: ReadonlySet<Capability>
  /** Ids of the ports it implements; null: all. */
  readonly ports: ReadonlySet<string> | null
}
