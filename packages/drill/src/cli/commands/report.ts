import { findRun } from '../../targets/local/run-directory.ts'
import { type Format, formatFlag } from '../flags.ts'
import type { Register } from '../program.ts'
import { reportAgain } from '../run/report-again.ts'
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
      const { judged, report, isCut } = await reportAgain(directory)
      if (isCut) context.terminal.err('The last line of the journal is incomplete; it was left out.\n')
      showReport(report, directory, options.format, context)
      finish(judged.exitCode)
    })
}
