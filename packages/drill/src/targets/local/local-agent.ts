import { join } from 'node:path'
import type { QualifiedRunbook } from '@dr-drill/runbook-core'
import { agentProgram } from '../../agent/program.ts'
import type { AgentClient } from '../../agent/runner/agent-client.ts'
import { childTransport } from '../../agent/runner/child-transport.ts'
import { currentKeys, type StoreLocation } from '../../ports/object-store/index.ts'
import { attachAgent } from '../attach-agent.ts'
import { childEnvironment } from './child-environment.ts'
import type { LocalHost } from './local-host.ts'
import type { RunRequest } from './run-request.ts'

/** What a run does through an agent of this machine, instead of by itself. */
export interface LocalAgentOptions {
  readonly directory: string
  readonly request: RunRequest
  readonly runbook: QualifiedRunbook
  readonly host: LocalHost
  readonly resuming: boolean
  /** Steps under way at once. */
  readonly concurrency: number
}

/** Starts the agent of a local run, as a child; see `attachAgent`. */
export async function attachLocalAgent(options: LocalAgentOptions): Promise<AgentClient> {
  const { directory, request, runbook, host, resuming, concurrency } = options
  const program = agentProgram()
  const machine = {
    name: 'recovery-host',
    start: () => childTransport(program.argv, childEnvironment(), request.work),
    spoolDirectory: join(request.work, 'agent'),
    host: await describe(host),
    outlivesAgent: false,
  }
  const { onLog } = host
  return await attachAgent({ directory, request, runbook, machine, program, resuming, concurrency, onLog })
}

/** What crosses to the agent: keys as they are now, and nothing of this process's environment. */
async function describe({ variables, onLog: _ours, ...host }: LocalHost) {
  const { source, archive } = host.locations
  const withKeys = async (location: StoreLocation): Promise<StoreLocation> => ({
    ...location,
    keys: await currentKeys(location, variables),
  })
  const locations = { source: await withKeys(source), archive: await withKeys(archive) }
  return { kind: 'directory', ...host, locations } as const
}
