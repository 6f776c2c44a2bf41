import { OperatingError, toOperatingError } from '@dr-drill/runbook-core'
import { visible } from '../../ports/log.ts'
import type { CliContext } from '../context.ts'
import type { RunFlags } from './run-options.ts'

/** Flags that mean nothing where machines reach each other and nobody else, or that only `local` and `sim` have. */
const ELSEWHERE = [
  'source',
  'endpoint',
  'region',
  'archiveTo',
  'scenario',
  'fault',
  'agent',
] as const satisfies readonly (keyof RunFlags)[]

/** Refuses flags that a run in containers has no use for. @throws usage-invalid */
export function refuseForContainers(flags: RunFlags): void {
  const given = ELSEWHERE.find((name) => flags[name] !== undefined)
  if (given === undefined) return
  const name = `--${given.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  throw new OperatingError('usage-invalid', `${name} does not go with --target containers`, {
    subject: name,
    hint: 'Containers restore a generated production or a --world, from a store of their own, without faults.',
  })
}

/** Whether there is an engine to run on; where there is none, one line says so and what to do, before anything is made. */
export async function engineAnswers({ terminal }: Pick<CliContext, 'terminal'>): Promise<boolean> {
  const { connectEngine } = await import('../../targets/containers/index.ts')
  try {
    await connectEngine()
    return true
  } catch (thrown) {
    const { message, hint } = toOperatingError(thrown)
    terminal.err(`drill: environment-lacking: ${visible(message)}; ${visible(hint)}\n`)
    return false
  }
}
