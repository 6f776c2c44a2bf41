/** How a task ended: with a value, with a failure, or interrupted after its cleanup. */
export type Exit<A> =
  | { readonly kind: 'success'; readonly value: A }
  | { readonly kind: 'failure'; readonly error: unknown }
  | { readonly kind: 'interrupted' }

/** An end with a value. */
export const success = <A>(value: A): Exit<A> => ({ kind: 'success', value })
/** An end with an error. */
export const failure = (error: unknown): Exit<never> => ({ kind: 'failure', error })
/** An end that somebody else asked for. */
export const interrupted: Exit<never> = { kind: 'interrupted' }
