import {
  type CallContext,
  type Capability,
  driveAsync,
  environment,
  type JournalContract,
  OperatingError,
  type PortHandler,
  type Task,
  unwrap,
} from '@dr-drill/runbook-core'
import { z } from 'zod'
import type { Target } from '../../targets/target.ts'
import { FACTS } from '../protocol/messages.ts'
import type { AgentClient } from './agent-client.ts'
import { agentExecutor } from './agent-executor.ts'
import type { AppendRelayed } from './relay.ts'
import { remoteEnvironment } from './remote-environment.ts'

/** A machine as a target, by an agent that is attached. `drillNow` is drill time, ms. */
export async function openAgentTarget(client: AgentClient, drillNow: () => number): Promise<Target> {
  const opened = await client.open(drillNow)
  return {
    environment: remoteEnvironment(client, opened.ports, drillNow()),
    capabilities: new Set(opened.capabilities as Capability[]),
    recorders: new Set(opened.recorders),
    // Which actions it knows was compared when it said hello, and whether anything is written when it was opened.
    executor({ journal }) {
      const relayed = appendTo(journal)
      const ready = client.journalTo(relayed)
      ready.catch(() => {})
      return agentExecutor(client)
    },
    facts: () => client.request('facts', {}, FACTS),
    revive: async () => void (await client.request('revive', {}, z.null())),
    endProcesses: () => endProcesses(client),
    close: () => client.close(),
  }
}

/** Where they die with their agent, a lost one has ended them. */
async function endProcesses(client: AgentClient): Promise<void> {
  try {
    await client.request('endProcesses', {}, z.null())
  } catch (thrown) {
    const isLost = thrown instanceof OperatingError && thrown.code === 'agent-lost'
    if (!isLost || client.machine.outlivesAgent) throw thrown
  }
}

const UNCANCELLED: CallContext = { onCancel() {} }

/** Appends relayed events through a journal's handlers, in a fiber of their own. */
export function appendTo(journal: PortHandler<JournalContract>): AppendRelayed {
  return async (events, durable, origins) => {
    const answer = journal.append({ events, durable, origins }, UNCANCELLED)
    if (isTask(answer)) unwrap(await driveAsync(answer, environment({})))
    else await (answer as void | PromiseLike<void>)
  }
}

const isTask = (answer: unknown): answer is Task<void> =>
  typeof (answer as Partial<Task<void>> | undefined)?.next === 'function'
