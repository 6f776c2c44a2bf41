import type { PortHandlers, QualifiedRunbook } from '@dr-drill/runbook-core'
import type { AgentMachine } from '../agent/machine.ts'
import { type AgentProgram, agentHello } from '../agent/program.ts'
import { AgentClient } from '../agent/runner/agent-client.ts'
import { appendTo } from '../agent/runner/agent-target.ts'
import { realClock } from '../ports/clock.ts'
import type { LogEntry } from '../ports/log.ts'
import { foldOrigins, openJournal, syncJournal } from './local/journal.ts'
import { drillStart, resumePoint } from './local/resume-point.ts'
import type { RunRequest } from './local/run-request.ts'
import { stemedbActions } from './stemedb-actions.ts'

/** A run that performs its steps through an agent, and the machine on which that runs. */
export interface AttachOptions {
  readonly directory: string
  readonly request: RunRequest
  readonly runbook: QualifiedRunbook
  readonly machine: AgentMachine
  readonly program: AgentProgram
  readonly resuming: boolean
  /** Steps under way at once. */
  readonly concurrency: number
  readonly onLog: (entry: LogEntry) => void
}

/**
 * Starts the agent of a run and puts what an earlier one told and nobody heard into the journal: from here on the journal explains
 * all that was done.
 */
export async function attachAgent(options: AttachOptions): Promise<AgentClient> {
  const { directory, request, resuming } = options
  if (resuming) syncJournal(directory)
  const client = new AgentClient(options.machine, {
    runId: request.runId,
    hello: agentHello(stemedbActions(), options.program),
    acknowledged: resuming ? await foldOrigins(directory) : {},
    dryRun: request.dryRun,
    exercised: 'sandbox',
    // Faults strike between an intent and its effect when the journal tells of it: so it is waited for.
    waitsForJournal: request.faults.length > 0,
    onLog: options.onLog,
  })
  try {
    await client.attach()
    if (client.unheard > 0) await journalUnheard(client, options)
    return client
  } catch (thrown) {
    await client.close()
    throw thrown
  }
}

async function journalUnheard(client: AgentClient, options: AttachOptions): Promise<void> {
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
