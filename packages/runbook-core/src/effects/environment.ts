import { invariant } from '../errors/index.ts'
import type { Deferred } from './deferred.ts'
import type { Call, Task } from './effect.ts'

/** What a handler may use to take part in cancellation. */
export interface CallContext {
  /** Called at most once, when the calling fiber is interrupted while this call is in flight. The call must then end soon. */
  onCancel(listener: () => void): void
}

/** What a handler may answer: the value, or something that becomes the value. Promises are for the asynchronous driver only. */
export type Outcome<A> = A | Deferred<A> | Task<A> | PromiseLike<A>

/** Performs calls. Environments are immutable; a fiber sees the one it was started or provided with. */
export interface Environment {
  dispatch(call: Call<unknown>, context: CallContext): Outcome<unknown>
  /** True when this environment has a handler for the port. */
  offers(port: string): boolean
}

/** Handlers of one port by method. */
export type PortHandlers = Readonly<Record<string, (input: never, context: CallContext) => unknown>>

/** An environment over handlers by port id. */
export function environment(handlersByPort: Readonly<Record<string, PortHandlers>>): Environment {
  return {
    offers: (port) => handlersByPort[port] !== undefined,
    dispatch(call, context) {
      const handlers = handlersByPort[call.port]
      const handler = handlers?.[call.method]
      invariant(handler, `no handler for ${call.port}.${call.method} in this environment`)
      return handler.call(handlers, call.input as never, context)
    },
  }
}

/** Sees every call before the environment below it; must answer with `next(call)` or an answer of its own. */
export type Middleware = (
  call: Call<unknown>,
  next: (call: Call<unknown>) => Outcome<unknown>,
) => Outcome<unknown>

/** The environment with a middleware in front; the last one added sees a call first. */
export function intercept(below: Environment, middleware: Middleware): Environment {
  return {
    offers: (port) => below.offers(port),
    dispatch: (call, context) => middleware(call, (next) => below.dispatch(next, context)),
  }
}

/** The environment with some ports replaced or added. */
export function overlay(
  below: Environment,
  handlersByPort: Readonly<Record<string, PortHandlers>>,
): Environment {
  const above = environment(handlersByPort)
  return {
    offers: (port) => above.offers(port) || below.offers(port),
    dispatch: (call, context) =>
      handlersByPort[call.port] === undefined ? below.dispatch(call, context) : above.dispatch(call, context),
  }
}
