import {
  type ExecutorContract,
  isErrorRecord,
  OperatingError,
  type Performed,
  type PortHandler,
  toOperatingError,
} from '@dr-drill/runbook-core'
import { z } from 'zod'
import { PERFORMED, RELEASED, SURVEYED } from '../protocol/messages.ts'
import type { AgentClient } from './agent-client.ts'

/** The port Executor over a machine's agent: whole actions cross the connection, never their effects. */
export function agentExecutor(client: AgentClient): PortHandler<ExecutorContract> {
  const { told } = client
  /** What the agent must know of the step's earlier attempts, whichever process made them. */
  const withHistory = <I extends { readonly step: string; readonly effectsBefore: number }>(input: I): I => ({
    ...input,
    effectsBefore: Math.max(input.effectsBefore, told.effectsOf(input.step)),
  })
  return {
    perform: async (input, context) => {
      const invocation = () => ({
        ...withHistory(input),
        baselined: [...new Set([...input.baselined, ...told.baselined])],
      })
      const onCancel = (listener: () => void): void => context.onCancel(listener)
      return (await client.request('perform', invocation, PERFORMED, onCancel)) as Performed
    },
    undo: async (input, context) => {
      await client.request(
        'undo',
        () => withHistory(input),
        z.null(),
        (listener) => context.onCancel(listener),
      )
    },
    held: ({ known }) => {
      told.adopt(known)
      return told.held
    },
    release: async ({ runId, ids }) => {
      const obligations = told.held.filter(({ obligation }) => ids.includes(obligation.id))
      if (obligations.length === 0) return []
      try {
        const left = await client.request('release', { runId, obligations }, RELEASED)
        return left.map(({ id, error }) => ({ id, error: recordOf(error) }))
      } catch (thrown) {
        const error = toOperatingError(thrown).toRecord()
        return obligations.map(({ obligation }) => ({ id: obligation.id, error }))
      }
    },
    survey: (input) => client.request('survey', input, SURVEYED),
  }
}

const recordOf = (error: unknown) =>
  isErrorRecord(error)
    ? error
    : new OperatingError(
        'agent-invalid',
        'an obligation could not be given back, and why is not told',
      ).toRecord()
