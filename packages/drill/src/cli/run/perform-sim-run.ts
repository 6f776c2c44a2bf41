import type { DrawnDrill } from '@dr-drill/simulator'
import type { RunRequest } from '../../targets/local/run-request.ts'
import type { Lab } from '../../targets/sim/lab.ts'
import { runSim } from '../../targets/sim/sim-run.ts'
import type { CliContext } from '../context.ts'
import { progressView } from '../progress/progress-view.ts'
import type { ShowOptions } from './perform-run.ts'
import { shortest } from './shortest.ts'
import { sentence, showReport } from './show-run.ts'

/** Runs in virtual time, shows verdict and where the evidence lies, and gives the exit code. */
export async function performSimRun(
  directory: string,
  request: RunRequest,
  lab: Lab,
  drawn: DrawnDrill,
  show: ShowOptions,
  context: CliContext,
): Promise<number> {
  const { terminal } = context
  terminal.err(`${sentence(request.mode, 'sim')}\n`)
  terminal.err(`Run ${request.runId}, seed ${request.seed}, in ${shortest(directory, context)}\n`)
  const { runbook } = lab.prepared(drawn.production)
  const titles = new Map(runbook.steps.map(({ id, title }) => [id, title]))
  // Shown when it is over: what is told of time is the world's.
  let now = 0
  const view = progressView(terminal, { ...show, titles, now: () => now })
  const { judged, report, drill } = await runSim(directory, request, lab, drawn, {
    onEvent: ({ at, event }) => {
      now = at
      view.event(event)
    },
  })
  view.end()
  const { violations } = drill.checked
  for (const { id, name, detail } of violations) {
    terminal.err(`In truth ${id} ${name} is violated: ${detail}\n`)
  }
  showReport(report, directory, show.format, context)
  return judged.exitCode === 0 && violations.length > 0 ? 1 : judged.exitCode
}
