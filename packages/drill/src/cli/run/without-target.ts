import { existsSync } from 'node:fs'
import { OperatingError } from '@dr-drill/runbook-core'
import { type ReportedRun, recordOf } from '../../targets/local/judge-and-report.ts'
import type { RunRequest } from '../../targets/local/run-request.ts'
import { reportAgain } from './report-again.ts'

/**
 * What to resume of a run whose target was removed: one that had come to its end is told again, one that never began begins (null).
 * Null also for a run that has its target still. @throws precondition-failed for one that was under way
 */
export async function endedWithoutTarget(
  directory: string,
  request: RunRequest,
): Promise<ReportedRun | null> {
  if (existsSync(request.work)) return null
  const { started, ended } = await recordOf(directory)
  if (started === null) return null
  if (ended?.outcome === 'completed') return await reportAgain(directory)
  throw new OperatingError(
    'precondition-failed',
    `the run cannot go on: its target ${request.work} is gone`,
    { subject: directory, hint: '`./drill report` tells what it did; begin a new run.' },
  )
}
