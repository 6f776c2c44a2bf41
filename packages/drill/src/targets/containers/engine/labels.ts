import { hostname } from 'node:os'
import { startTicksOf } from '../../../ports/processes/process-identity.ts'

/** Label with the id of the run that made a container, network or volume. Whatever has it is ours to remove. */
export const RUN_LABEL = 'dr-drill.run'
/** Label with the process that needs a container or network: machine, pid and start. */
export const RUNNER_LABEL = 'dr-drill.runner'
/** Label with what it is for. */
export const PART_LABEL = 'dr-drill.part'

type Labels = Readonly<Record<string, string>>

/** Labels of what lives as long as this process. */
export const labelsOf = (runId: string, part: string): Record<string, string> => ({
  [RUN_LABEL]: runId,
  [RUNNER_LABEL]: `${hostname()}:${process.pid}:${startTicksOf(process.pid)}`,
  [PART_LABEL]: part,
})

/** Labels of what is kept for `resume` until it is cleaned. */
export const keptLabelsOf = (runId: string, part: string): Record<string, string> => ({
  [RUN_LABEL]: runId,
  [PART_LABEL]: part,
})

/** True when nobody needs it any more: its process, of this machine, is gone. */
export function isLeftOver(labels: Labels): boolean {
  const [machine = '', pid = '', ticks = ''] = (labels[RUNNER_LABEL] ?? '').split(':')
  return machine === hostname() && /^\d+$/.test(pid) && startTicksOf(Number(pid)) !== ticks
}
