import { join } from 'node:path'
import type { PortHandlers, QualifiedRunbook } from '@dr-drill/runbook-core'
import { agentHello, agentProgram } from '../../agent/program.ts'
import { AgentClient } from '../../agent/runner/agent-client.ts'
import { appendTo } from '../../agent/runner/agent-target.ts'
import { childTransport } from '../../agent/runner/child-transport.ts'
import { realClock } from '../../ports/clock.ts'
import { currentKeys, type StoreLocation } from '../../ports/object-store/index.ts'
import { stemedbActions } from '../stemedb-actions.ts'
import { childEnvironment } from './child-environment.ts'
import { foldOrigins, openJournal, syncJournal } from './journal.ts'
import type { LocalHost } from './local-host.ts'
import { drillStart, resumePoint } from './resume-point.ts'
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

/**
 * Starts the agent of a local run, as a child, and puts what an earlier one told and nobody heard into the journal: from here on
 * the journal explains all that was done.
 */
export async function attachLocalAgent(options: LocalAgentOptions): Promise<AgentClient> {
  const { directory, request, host, resuming } = options
  const program = agentProgram()
  if (resuming) syncJournal(directory)
  const client = new AgentClient(
    {
      name: 'recovery-host',
      start: () => childTransport(program.argv, childEnvironment()),
      spoolDirectory: join(request.work, 'agent'),
      host: await describe(host),
      outlivesAgent: false,
    },
    {
      runId: request.runId,
      hello: agentHello(stemedbActions(), program),
      acknowledged: resuming ? await foldOrigins(directory) : {},
      dryRun: request.dryRun,
      exercised: 'sandbox',
      // Faults strike between an intent and its effect when the journal tells of it: so it is waited for.
      waitsForJournal: request.faults.length > 0,
      onLog: host.onLog,
    },
  )
  try {
    await client.attach()
    if (client.unheard > 0) await journalUnheard(client, options)
    return client
  } catch (thrown) {
    await client.close()
    throw thrown
  }
}

async function journalUnheard(client: AgentClient, options: LocalAgentOptions): Promise<void> {
  const point = await resumePoint(options.directory, options.runbook, options.concurrency)
  const clock = realClock({ drillStartMs: drillStart(point) })
  const continuation = point?.continuation ?? null
  const journal = openJournal(options.directory, clock as unknown as PortHandlers, continuation, () => {})
  try {
    await client.journalTo(appendTo(journal.handlers))
  } finally {
    journal.close()
  }
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
