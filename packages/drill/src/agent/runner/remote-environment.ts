import { type Environment, OperatingError, overlay, type PortHandlers } from '@dr-drill/runbook-core'
import { z } from 'zod'
import { realClock } from '../../ports/clock.ts'
import { logTo } from '../../ports/log.ts'
import { systemRandom } from '../../ports/random.ts'
import { fromWire, toWire } from '../protocol/wire-values.ts'
import type { AgentClient } from './agent-client.ts'

/**
 * A machine's ports, to read by: each call crosses the connection. What would write is refused here and there. Whoever reads waits
 * and logs where he is: clock, log and chance are this process's.
 */
export function remoteEnvironment(
  client: AgentClient,
  ports: readonly string[],
  drillStartMs: number,
): Environment {
  const { historyShiftMs } = client.machine.host
  const here: Record<string, unknown> = {
    Clock: realClock({ drillStartMs, historyShiftMs }),
    Log: logTo((entry) => client.log(entry)),
    Random: systemRandom(),
  }
  return overlay(asking(client, new Set(ports)), here as Record<string, PortHandlers>)
}

const asking = (client: AgentClient, offered: ReadonlySet<string>): Environment => ({
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
})
