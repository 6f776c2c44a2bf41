import { type Access, Call, type Task } from './effect.ts'
import type { CallContext, Outcome } from './environment.ts'

/** A port's contract: methods of one input object each. */
// biome-ignore lint/suspicious/noExplicitAny: a contract's methods differ in their inputs
export type Contract = { readonly [method: string]: (input: any) => unknown }

/** The client side: each method makes a call as data, to be performed by `yield*`; it is a task of one effect. */
export type PortClient<C> = {
  readonly [M in keyof C]: C[M] extends (input: infer I) => infer R ? (input: I) => Call<R> & Task<R> : never
}

/** The handler side: what a target implements. */
export type PortHandler<C> = {
  readonly [M in keyof C]: C[M] extends (input: infer I) => infer R
    ? (input: I, context: CallContext) => Outcome<R>
    : never
}

/** A port: its id, what each method does to the world, and its client. */
export type Port<C> = PortClient<C> & {
  readonly $id: string
  readonly $methods: { readonly [M in keyof C]: Access }
}

/**
 * Declares a port. `access` says of each method whether it reads, writes (an intent is journalled and fsynced first), or touches
 * only the run's own journal. Handlers are given per target; a plan says so where a target lacks one.
 */
export function definePort<C>(id: string, access: { readonly [M in keyof C]: Access }): Port<C> {
  const client: Record<string, unknown> = { $id: id, $methods: access }
  for (const method of Object.keys(access)) {
    const kind = access[method as keyof C]
    client[method] = (input: unknown) => new Call(id, method, kind, input)
  }
  return Object.freeze(client) as Port<C>
}
