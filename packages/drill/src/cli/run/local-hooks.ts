import type { QualifiedRunbook } from '@dr-drill/runbook-core'
import type { LocalRunHooks } from '../../targets/local/run-hooks.ts'
import type { CliContext } from '../context.ts'
import type { Format } from '../flags.ts'
import { type ProgressView, progressView } from '../progress/progress-view.ts'

/** Connects a local run with the terminal and with signals. */
export function localHooks(
  options: { readonly format: Format; readonly quiet: boolean },
  context: CliContext,
): LocalRunHooks & { end(): void } {
  const now = (): number => performance.now()
  const start = (titles: ReadonlyMap<string, string>): ProgressView =>
    progressView(context.terminal, { ...options, titles, now })
  let view = start(new Map())
  return {
    onRunbook(runbook: QualifiedRunbook) {
      view.end()
      view = start(new Map(runbook.steps.map((step) => [step.id, step.title])))
    },
    onEvent: (event) => view.event(event),
    onLog: (entry) => view.log(entry),
    say: (text) => view.say(text),
    onInterrupt: (listener) => context.interrupts.onInterrupt((signal) => listener(signal)),
    variables: context.variables,
    end: () => view.end(),
  }
}
