import { OperatingError } from '@dr-drill/runbook-core'
import { openLocalTarget } from '../../targets/local/local-target.ts'
import type { AgentHost, HostContext } from './agent-host.ts'
import type { DirectoryHost, HostDescription } from './host-description.ts'
import { openSystemHost } from './system-host.ts'

/** Builds what a description says. @throws agent-invalid for a kind that this release does not know */
export async function openHost(description: HostDescription, context: HostContext): Promise<AgentHost> {
  switch (description.kind) {
    case 'directory':
      return await openDirectoryHost(description, context)
    case 'system':
      return openSystemHost(description, context)
    default:
      throw new OperatingError('agent-invalid', 'the description is of no kind of host that this agent knows')
  }
}

/** The very target that runs in process have. */
const openDirectoryHost = (description: DirectoryHost, context: HostContext): Promise<AgentHost> =>
  // Nothing of the agent's own environment: what it needs to know was told to it.
  openLocalTarget({ ...description, ...context, variables: {} })
