import { join } from 'node:path'
import { OperatingError } from '@dr-drill/runbook-core'
import { requireOwn } from '../../targets/local/own-directories.ts'
import { findRun, isRun, REPORTS, runsBelow } from '../../targets/local/run-directory.ts'
import { takeRunLock } from '../../targets/local/run-lock.ts'
import { readRequest, targetOf } from '../../targets/local/run-request.ts'
import { removeWorkDirectory } from '../../targets/local/work-directory.ts'
import { flag } from '../flags.ts'
import type { Register } from '../program.ts'

/** `drill clean`: removes what runs kept of their targets; journals and reports stay. */
export const registerClean: Register = (program, context) => {
  program
    .command('clean')
    .summary('remove the targets that runs kept; evidence stays')
    .description(
      'Removes the working directory of a run that kept it. Journal and reports stay; a run that was cleaned cannot be resumed.',
    )
    .argument('[RUN]', 'directory of a run, its id below ./drill-reports, or "last"')
    .addOption(flag('--all', 'every run below ./drill-reports that is not running'))
    .addHelpText('after', '\nExample:\n  ./drill clean last')
    .action(async (run: string | undefined, options: { all?: boolean }) => {
      if ((run === undefined) === (options.all !== true)) {
        throw new OperatingError('usage-invalid', 'name one run, or --all')
      }
      const runs =
        run === undefined ? runsBelow(join(context.directory, REPORTS)) : [findRun(context.directory, run)]
      for (const directory of runs) {
        if (!isRun(directory)) continue
        const removed = await clean(directory, run === undefined)
        context.terminal.out(`${removed ? 'cleaned' : 'nothing to clean in'} ${directory}\n`)
      }
    })
}

async function clean(directory: string, skipsBusy: boolean): Promise<boolean> {
  requireOwn(directory)
  try {
    const lock = takeRunLock(directory)
    try {
      const { request } = readRequest(directory)
      const { work, runId } = request
      const removed = targetOf(request) === 'containers' ? await discardContainers(runId) : false
      return removeWorkDirectory(work, runId) || removed
    } finally {
      lock.release()
    }
  } catch (thrown) {
    if (skipsBusy && thrown instanceof OperatingError && thrown.code === 'target-busy') return false
    throw thrown
  }
}

/** What a run left in the container engine: volumes, and containers if its process was killed. */
async function discardContainers(runId: string): Promise<boolean> {
  const { discardEnvironment } = await import('../../targets/containers/index.ts')
  return (await discardEnvironment(runId)) > 0
}
