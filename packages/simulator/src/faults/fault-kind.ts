import type { FaultRecord } from '@dr-drill/runbook-core'
import type { z } from 'zod'

/** Parameters of a fault as they stand in its record. */
export type FaultParameters = FaultRecord['with']

/**
 * What must come of a run that this fault strikes. `recover`: every lost byte has another good copy, so refusing is a failure.
 * `refuse`: nothing is put in place, or, where the loss was accepted, exactly so much is lost. `resume`: the run ends early and its
 * continuation reaches the same end.
 */
export type FaultOutcome = 'recover' | 'refuse' | 'resume'

/** One parameter, for people. */
export interface ParameterDescription {
  readonly name: string
  readonly meaning: string
}

/** A kind of fault: what it does, where it strikes and what the atlas says of it. One file per kind. */
export interface FaultKind<P extends FaultParameters = FaultParameters> {
  /** As in `--fault KIND`. */
  readonly kind: string
  /** What somebody would have done to cause it, as a verb phrase. */
  readonly verb: string
  /**
   * `stored-objects`: bytes at rest in the source. `store-requests`: answers of a store. `placed-files`: what the run put in place.
   * `runner`: the process that runs the drill.
   */
  readonly strikes: 'stored-objects' | 'store-requests' | 'placed-files' | 'runner'
  /** Where in a run, in words. */
  readonly when: string
  /** Reads parameters as a command line (texts) or a scenario (values) gives them; fills defaults. */
  readonly parameters: z.ZodType<P>
  readonly describe: readonly ParameterDescription[]
  /** The atlas: what must come of it, and why. */
  readonly outcome: (parameters: P) => FaultOutcome
  readonly survival: string
}

/** Declares a kind of fault. */
export function defineFault<P extends FaultParameters>(fault: FaultKind<P>): FaultKind<P> {
  return Object.freeze(fault)
}
