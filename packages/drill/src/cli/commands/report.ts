import { OperatingError } from '@dr-drill/runbook-core'
import { loadRunbook } from '@dr-drill/runbook-core/yaml'
import { nativeChecksums } from '@dr-drill/simulator/server'
import { judgeAndReport, recordOf } from '../../targets/local/judge-and-report.ts'
import { findRun } from '../../targets/local/run-directory.ts'
import { readRequest } from '../../targets/local/run-request.ts'
import { stemedbActions } from '../../targets/stemedb-actions.ts'
import { type Format, formatFlag } from '../flags.ts'
import type { Register } from '../program.ts'
import { showReport } from '../run/show-run.ts'

/** `drill report`: renders the reports of a run again, from its journal alone. */
export const registerReport: Register = (program, context, finish) => {
  program
    .command('report')
    .summary('judge and render a run again, from its journal')
    .description('Judges a run again by its journal and writes report.json, report.md and junit.xml anew.')
    .argument('<RUN>', 'directory of a run, its id below ./drill-reports, or "last"')
    .addOption(formatFlag())
    .addHelpText('after', '\nExample:\n  ./drill report last')
    .action(async (run: string, options: { format: Format }) => {
      const directory = findRun(context.directory, run)
      const { request, runbookText } = readRequest(directory)
      const { started } = await recordOf(directory)
      if (started === null) {
        throw new OperatingError(
          'precondition-failed',
          'the run died before its first step: there is nothing to report',
          {
            subject: directory,
            hint: `Begin it with: ./drill resume ${run}`,
          },
        )
      }
      const runbook = loadRunbook(runbookText, {
        registry: stemedbActions(),
        checksums: nativeChecksums,
        params: { ...request.params, ...trustKeyOf(started.params) },
        profile: 'local',
        file: request.runbook,
      })
      const { judged, report } = await judgeAndReport(directory, runbook, request)
      showReport(report, directory, options.format, context)
      finish(judged.exitCode)
    })
}

/** A generated production's key was added to what the person asked for. */
function trustKeyOf(params: Readonly<Record<string, unknown>>): Record<string, string> {
  const key = params['trust-key']
  return typeof key === 'string' ? { 'trust-key': key } : {}
}
