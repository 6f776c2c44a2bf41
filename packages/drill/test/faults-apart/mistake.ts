import { type Middleware, OperatingError, Settle, type Task } from '@dr-drill/runbook-core'
import type { Production } from '@dr-drill/simulator'

/** A mistake of actions: it lets a run overlook one thing. Without a fault it changes nothing of what comes of a drill. */
export interface Mistake {
  readonly name: string
  /** Given what production wrote; the middleware stands between an action and its ports, and lives as long as one run. */
  readonly make: (production: Production) => (step: string) => Middleware
}

/** A call that an action makes. */
export type MadeCall = Parameters<Middleware>[0]
/** Whoever answers it. */
export type Next = Parameters<Middleware>[1]

/** A mistake in the calls of one method. */
export const inCallsOf = (
  what: string,
  made: (call: MadeCall, next: Next, step: string) => ReturnType<Next>,
): ReturnType<Mistake['make']> => {
  return (step) => (call, next) =>
    `${call.port}.${call.method}` === what ? made(call, next, step) : next(call)
}

/** What a call is given, as a mistake looks at it. */
export const given = ({ input }: MadeCall): Readonly<Record<string, string>> =>
  input as Readonly<Record<string, string>>

/** A failure after which nobody tries again. */
export const finalFailure = (message: string, subject = ''): OperatingError =>
  new OperatingError('precondition-failed', message, { subject })

/** Makes the call, and takes this for its answer where it fails. */
export function* swallowed(call: MadeCall, next: Next, instead: unknown): Task<unknown> {
  try {
    return yield* new Settle(next(call))
  } catch (error) {
    if (error instanceof OperatingError) return instead
    throw error
  }
}
