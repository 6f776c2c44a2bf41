import { OperatingError } from '@dr-drill/runbook-core'
import { findRun } from '../../targets/local/run-directory.ts'
import { readRequest } from '../../targets/local/run-request.ts'
import { collect, type Format, flag, formatFlag } from '../flags.ts'
import type { Register } from '../program.ts'
import { pairs } from '../run/pairs.ts'
import { performRun } from '../run/perform-run.ts'
import { showReport } from '../run/show-run.ts'
import { endedWithoutTarget } from '../run/without-target.ts'

interface Options {
  readonly approve?: readonly string[]
  readonly format: Format
  readonly quiet?: boolean
}

/** `drill resume`: goes on from the journal. */
export const registerResume: Register = (program, context, finish) => {
  program
    .command('resume')
    .summary('go on with a run that was interrupted, paused or killed')
    .description(
      'Continues a run from its journal: what is done stays done, what was under way is looked at first.',
    )
    .argument('<RUN>', 'directory of a run, its id below ./drill-reports, or "last"')
    .addOption(flag('--approve <STEP=NAME>', 'an approval; may be repeated').argParser(collect))
    .addOption(formatFlag())
    .addOption(flag('--quiet', 'failures and the verdict only'))
    .addHelpText('after', '\nExample:\n  ./drill resume last')
    .action(async (run: string, options: Options) => {
      const directory = findRun(context.directory, run)
      const { request, runbookText } = readRequest(directory)
      if (request.work === '') throw new OperatingError('input-invalid', 'the run has no working directory')
      const approvals = { ...request.approvals, ...pairs('--approve', options.approve) }
      const show = { format: options.format, quiet: options.quiet === true }
      const ended = await endedWithoutTarget(directory, request)
      if (ended !== null) {
        context.terminal.err('The run has come to its end: nothing is left to resume.\n')
        showReport(ended.report, directory, options.format, context)
        finish(ended.judged.exitCode)
        return
      }
      finish(await performRun(directory, { ...request, approvals }, runbookText, show, context, true))
    })
}
