import { definePort, type Task } from '../effects/index.ts'

/**
 * Something a run took and must give back: a hold, a fence, a running service, a temporary file, a promised notice. Journalled
 * before it is taken; given back by the run, or by resume when the run died. Only handles, which die with the process, may be
 * released by a `finally` alone.
 */
export interface Obligation {
  /** Unique in the run: step and ordinal. */
  readonly id: string
  /** Names its discharge in the registry: `temporary-file`, `service-stop`, `fence-lift`. */
  readonly kind: string
  /** JSON the discharge needs. */
  readonly subject: Readonly<Record<string, string | number | boolean | null>>
  /** Fences are kept until the run has restored or is abandoned; the rest goes when the run is interrupted. */
  readonly release: 'on-interrupt' | 'keep-until-restored'
}

/** The journal's side of obligations. Both calls are durable when they return. */
export interface ObligationsContract {
  take(input: Obligation): void
  discharged(input: { readonly id: string }): void
}

export const Obligations = definePort<ObligationsContract>('Obligations', { take: 'own', discharged: 'own' })

/** How obligations of a kind are given back; must converge when run twice. */
export type Discharge = (subject: Obligation['subject']) => Task<void>
