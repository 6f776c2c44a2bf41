import type { FaultRecord, Trait } from '@dr-drill/runbook-core'
import type { z } from 'zod'
import { type Domains, domainText, type ParametersOf, readerOfAll } from './domains/index.ts'
import type { FaultSite } from './fault-site.ts'
import type { PlanSource } from './source-plan.ts'

/** Parameters of a fault as they stand in its record. */
export type FaultParameters = FaultRecord['with']

/**
 * What must come of a run that this fault strikes. `recover`: every lost byte has another good copy, so refusing is a failure.
 * `refuse`: nothing is put in place, or, where the loss was accepted, exactly so much is lost. `resume`: the run may end early,
 * saying so; once the trouble is over its continuation reaches the same end. `stop`: the run may end before its gate, saying so; what
 * it made of the host is spoilt, the source is whole, and a run on another host would reach the end.
 */
export type FaultOutcome = 'recover' | 'refuse' | 'resume' | 'stop'

/** Where a fault can strike. */
export type FaultTarget = 'sim' | 'local' | 'containers'

/** What a fault excuses when it has fired; null: any amount. */
export interface Excuses {
  /** Drill time that the run may take longer, ms. */
  readonly delayMs: number | null
  /** History time by which the loss window may grow, ms. */
  readonly lossMs: number | null
}

/** One parameter, for people. */
export interface ParameterDescription {
  readonly name: string
  readonly meaning: string
  /** Which values it may have. */
  readonly values: string
}

/** What a fault may be declared to strike. */
export type Struck =
  /** Bytes at rest in the source: they stay so when the trouble is over. */
  | 'stored-objects'
  /** Answers of a store. */
  | 'store-requests'
  /** What the run put in place. */
  | 'placed-files'
  /** The process that runs the drill. */
  | 'runner'
  /** The recovery host: disk, clock, services, power. */
  | 'host'
  | 'network'
  /** Names, balancer, monitoring, people. */
  | 'surroundings'
  | 'old-primary'

/** A kind of fault as its file declares it. */
export interface FaultDeclaration<D extends Domains, P = ParametersOf<D>> {
  /** As in `--fault KIND`. */
  readonly kind: string
  /** What somebody would have done to cause it, as a verb phrase. */
  readonly verb: string
  readonly strikes: Struck
  /** Where in a run, in words. */
  readonly when: string
  readonly targets: readonly [FaultTarget, ...FaultTarget[]]
  /** Strikes only where a step's action has this trait; default: in any runbook. */
  readonly asks?: Trait
  readonly domains: D
  /** The atlas: what must come of it, and why. */
  readonly outcome: (parameters: P) => FaultOutcome
  readonly survival: string
  readonly excuses: (parameters: P) => Excuses
  /** Faults of a source that are decided before the run, the same on every target; null for all others. */
  readonly planSource: PlanSource<P> | null
  /** Lets it happen in a simulated drill; called once, before the run's first step. It says itself when it was seen to strike. */
  readonly strike: (site: FaultSite, parameters: P) => void
}

/** A kind of fault: what it does, where it strikes and what the atlas says of it. One file per kind. */
export interface FaultKind<D extends Domains = Domains, P = ParametersOf<D>> extends FaultDeclaration<D, P> {
  /** Reads parameters as a command line (texts) or a scenario (values) gives them; fills defaults. */
  readonly parameters: z.ZodType<P>
  readonly describe: readonly ParameterDescription[]
}

/** Declares a kind of fault; what follows from its domains is made from them. */
export function defineFault<const D extends Domains>(declared: FaultDeclaration<D>): FaultKind<D> {
  const describe = Object.entries(declared.domains).map(([name, domain]) => ({
    name,
    meaning: domain.meaning,
    values: domainText(domain),
  }))
  return Object.freeze({ ...declared, parameters: readerOfAll(declared.domains), describe })
}

/** No time and no record more than without the fault. */
export const NO_EXCUSE: Excuses = Object.freeze({ delayMs: 0, lossMs: 0 })

/** So much drill time, and not a record. */
export const excusesDelay = (delayMs: number | null): Excuses => ({ delayMs, lossMs: 0 })
