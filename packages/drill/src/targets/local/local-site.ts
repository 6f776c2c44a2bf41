import { invariant } from '@dr-drill/runbook-core'
import type { AgentClient } from '../../agent/runner/agent-client.ts'
import { openAgentTarget } from '../../agent/runner/agent-target.ts'
import type { RunSite } from '../run-site.ts'
import { attachLocalAgent } from './local-agent.ts'
import { type LocalHost, localHost } from './local-host.ts'
import { openLocalTarget } from './local-target.ts'
import type { LocalRunHooks } from './run-hooks.ts'
import type { RunRequest } from './run-request.ts'
import { prepareStores } from './source.ts'

/** This machine: embedded stores, a directory as the recovery host's root. */
export function localSite(directory: string, request: RunRequest, hooks: LocalRunHooks): RunSite {
  let host: LocalHost | null = null
  let agent: AgentClient | null = null
  return {
    stores: ({ secrets, servers, signal }) =>
      prepareStores(request, secrets, servers, hooks.variables, signal),
    async attach(known) {
      host = localHost(directory, request, known, hooks)
      if (request.agent === true) agent = await attachLocalAgent({ directory, request, host, ...known })
      return agent
    },
    async open(drillStartMs) {
      invariant(host !== null, 'a site is attached before it is opened')
      if (agent !== null) return await openAgentTarget(agent, () => drillStartMs)
      return await openLocalTarget({ ...host, drillStartMs })
    },
    close: async () => {},
    discard: async () => {},
  }
}
