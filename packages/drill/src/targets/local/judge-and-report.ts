import {
  buildReport,
  driveAsync,
  environment,
  type JudgedRun,
  judgeRun,
  plan,
  type QualifiedRunbook,
  RecordFold,
  type Report,
  type RunRecord,
  unwrap,
} from '@dr-drill/runbook-core'
import { nodeFileSystem } from '@dr-drill/simulator/server'
import { writeReports } from '../../report/index.ts'
import { stemedbActions } from '../stemedb-actions.ts'
import { foldJournal } from './journal.ts'
import type { RunRequest } from './run-request.ts'

/** A run with its verdict. */
export interface ReportedRun {
  readonly judged: JudgedRun
  readonly report: Report
}

/** The record that a run's journal tells. */
export async function recordOf(directory: string): Promise<RunRecord> {
  const fold = new RecordFold()
  await foldJournal(directory, (entry) => fold.add(entry))
  return fold.record()
}

/** Judges a run by its journal and writes the reports into its directory. */
export async function judgeAndReport(
  directory: string,
  runbook: QualifiedRunbook,
  request: RunRequest,
): Promise<ReportedRun> {
  const actions = stemedbActions()
  const judged = judgeRun({
    record: await recordOf(directory),
    runbook,
    actions,
    plan: plan(runbook, { registry: actions }),
    expect: request.expect,
    dryRun: request.dryRun,
  })
  const report = buildReport(judged)
  const files = nodeFileSystem({ root: directory })
  try {
    unwrap(await driveAsync(writeReports('/', report), environment({ FileSystem: files })))
  } finally {
    files.close()
  }
  return { judged, report }
}
