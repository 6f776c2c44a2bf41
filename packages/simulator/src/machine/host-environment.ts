import {
  type Call,
  type CallContext,
  type Deferred,
  type Environment,
  environment,
  type Outcome,
  type PortHandlers,
  Settle,
  type Task,
} from '@dr-drill/runbook-core'

/** What keeps the ports of a machine from answering: a thrown error, or a wait until it moves again; null: nothing. */
export interface HostGate {
  /** @throws connection-failed while the machine is off */
  pass(): Deferred<null> | null
}

/** The ports of a machine: they answer as long as it is up and moves. */
export function hostEnvironment(
  handlersByPort: Readonly<Record<string, PortHandlers>>,
  gate: HostGate,
): Environment {
  const below = environment(handlersByPort)
  return {
    offers: (port) => below.offers(port),
    dispatch(call, context) {
      const standstill = gate.pass()
      return standstill === null ? below.dispatch(call, context) : later(standstill, below, call, context)
    },
  }
}

function* later(
  standstill: Deferred<null>,
  below: Environment,
  call: Call<unknown>,
  context: CallContext,
): Task<unknown> {
  yield* standstill.wait()
  return yield* new Settle(below.dispatch(call, context) as Outcome<unknown>)
}
