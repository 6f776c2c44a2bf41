import { type Environment, OperatingError } from '@dr-drill/runbook-core'
import { z } from 'zod'
import { fromWire, toWire } from '../protocol/wire-values.ts'
import type { AgentClient } from './agent-client.ts'

/** A machine's ports, to read by: each call crosses the connection. What would write is refused here and there. */
export function remoteEnvironment(client: AgentClient, ports: readonly string[]): Environment {
  const offered = new Set(ports)
  return {
    offers: (port) => offered.has(port),
    async dispatch(call, context) {
      if (call.access !== 'read') {
        const name = `${call.port}.${call.method}`
        throw new OperatingError('capability-missing', `${name} is an action's matter on another machine`)
      }
      const { port, method } = call
      // Memory that a caller lends for an answer stays here.
      const { into: _lent, ...input } = call.input as Readonly<Record<string, unknown>>
      const onCancel = (listener: () => void): void => context.onCancel(listener)
      return fromWire(
        await client.request('call', { port, method, input: toWire(input) }, z.unknown(), onCancel),
      )
    },
  }
}
