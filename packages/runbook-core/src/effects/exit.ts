/** How a task ended: with a value, with a failure, or interrupted after its cleanup. */
export type Exit<A> =
  | { readonly kind: 'success'; readonly value: A }
  | { readonly kind: 'failure'; readonly error: unknown }
  | { readonly kind: 'interrupted' }

export const success = <A>(value: A): Exit<A> => ({ kind: 'success', value })
export const failure = (error: unknown): Exit<never> => ({ kind: 'failure', error })
export const interrupted: Exit<never> = { kind: 'interrupted' }
