import type { RunRecord } from '@dr-drill/runbook-core'
import { runLocal } from '../../targets/local/local-run.ts'
import { isRun } from '../../targets/local/run-directory.ts'
import { type RunRequest, targetOf } from '../../targets/local/run-request.ts'
import type { CliContext } from '../context.ts'
import type { Format } from '../flags.ts'
import { signalExitCode } from '../interrupts.ts'
import { printError } from '../print-error.ts'
import { localHooks } from './local-hooks.ts'
import { shortest } from './shortest.ts'
import { sentence, showReport } from './show-run.ts'

/** How a run is shown. */
export interface ShowOptions {
  readonly format: Format
  readonly quiet: boolean
}

/** Runs or resumes on `local`, shows verdict and where the evidence lies, and gives the exit code. */
export async function performRun(
  directory: string,
  request: RunRequest,
  runbookText: string,
  show: ShowOptions,
  context: CliContext,
  resuming: boolean,
): Promise<number> {
  const { terminal, interrupts } = context
  const resumeLine = (): string | null =>
    isRun(directory) ? `Resume it with: ./drill resume ${shortest(directory, context)}` : null
  interrupts.setLastLine(resumeLine)
  terminal.err(`${sentence(request.mode, targetOf(request))}\n`)
  terminal.err(`Run ${request.runId}, seed ${request.seed}, in ${shortest(directory, context)}\n`)
  const hooks = localHooks(show, context)
  try {
    const { judged, report } = await runLocal(directory, request, runbookText, hooks, resuming)
    hooks.end()
    showReport(report, directory, show.format, context)
    const { received } = interrupts
    const line = received === null && judged.exitCode !== 6 ? null : resumeLine()
    if (line !== null) terminal.err(`${line}${received === null ? approvalOf(judged.record) : ''}\n`)
    return received === null ? judged.exitCode : signalExitCode(received)
  } catch (thrown) {
    hooks.end()
    const exitCode = printError(terminal, thrown)
    const line = resumeLine()
    if (line !== null) terminal.err(`${line}\n`)
    return interrupts.received === null ? exitCode : signalExitCode(interrupts.received)
  }
}

/** The flag that a paused run waits for. */
function approvalOf({ ended }: RunRecord): string {
  const cause = ended?.firstCause
  return cause?.code === 'approval-needed' && cause.subject !== null
    ? ` --approve ${cause.subject}=YOUR-NAME`
    : ''
}
