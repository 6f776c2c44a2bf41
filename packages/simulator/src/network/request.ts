import {
  type CallContext,
  Deferred,
  type OperatingError,
  type Outcome,
  type Task,
} from '@dr-drill/runbook-core'

/** A request that one place sends to another. */
export interface LinkRequest<A> {
  /** Who on the sending machine sends it: an account, as a rule. Its death cuts what is under way. */
  readonly client: string
  /** Lets it act at the other end. */
  readonly act: () => Outcome<A>
  /** Bytes of data that request and answer carry; a world's, not of real size. */
  readonly bytes: (answer: A) => number
  /** Whether it changes something at the other end. */
  readonly changes: boolean
  /** How long its caller waits for an answer, ms. */
  readonly patienceMs: number
  /** What the caller sees when no answer came in time, and when the connection broke. */
  readonly failure: (how: 'silence' | 'reset') => OperatingError
  readonly context: CallContext
  /** The connection broke when such a part of the bytes, from 0 to 1, had arrived. */
  readonly onCut?: (part: number) => void
}

/** Whether an outcome is the value itself: neither a deferred nor a task that becomes it. */
export function isValue<A>(outcome: Outcome<A>): outcome is A {
  if (typeof outcome !== 'object' || outcome === null) return true
  return !(outcome instanceof Deferred) && typeof (outcome as unknown as Task<A>).next !== 'function'
}
