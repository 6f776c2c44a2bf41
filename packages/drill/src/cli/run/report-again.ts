import { OperatingError } from '@dr-drill/runbook-core'
import { loadRunbook } from '@dr-drill/runbook-core/yaml'
import { nativeChecksums } from '@dr-drill/simulator/server'
import { parametersFor } from '../../targets/containers/parameters.ts'
import { judgeAndReport, type ReportedRun, readRun } from '../../targets/local/judge-and-report.ts'
import { readRequest, targetOf } from '../../targets/local/run-request.ts'
import { stemedbActions } from '../../targets/stemedb-actions.ts'

/**
 * Judges a run again by its journal, whose last line may have been cut off by a crash, and writes its reports anew.
 *
 * @throws precondition-failed when it has no first event
 */
export async function reportAgain(directory: string): Promise<ReportedRun & { readonly isCut: boolean }> {
  const { request, runbookText } = readRequest(directory)
  const {
    record: { started },
    isCut,
  } = await readRun(directory)
  if (started === null) {
    throw new OperatingError(
      'precondition-failed',
      'the run died before its first step: there is nothing to report',
      { subject: directory, hint: `Begin it with: ./drill resume ${directory}` },
    )
  }
  const runbook = loadRunbook(runbookText, {
    registry: stemedbActions(),
    checksums: nativeChecksums,
    params: { ...parametersFor(request), ...request.params, ...trustKeyOf(started.params) },
    profile: targetOf(request),
    file: request.runbook,
  })
  return { ...(await judgeAndReport(directory, runbook, request)), isCut }
}

/** A generated production's key was added to what the person asked for. */
function trustKeyOf(params: Readonly<Record<string, unknown>>): Record<string, string> {
  const key = params['trust-key']
  return typeof key === 'string' ? { 'trust-key': key } : {}
}
