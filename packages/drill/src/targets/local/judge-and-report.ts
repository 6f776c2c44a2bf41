import { writeFileSync } from 'node:fs'
import {
  buildReport,
  type JudgedRun,
  judgeRun,
  junitReport,
  markdownReport,
  plan,
  type QualifiedRunbook,
  RecordFold,
  type Report,
  type RunRecord,
  reportText,
} from '@dr-drill/runbook-core'
import { stemedbActions } from '../stemedb-actions.ts'
import { foldJournal } from './journal.ts'
import { runFiles } from './run-directory.ts'
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
  const files = runFiles(directory)
  writeFileSync(files.reportJson, reportText(report))
  writeFileSync(files.reportText, markdownReport(report))
  writeFileSync(files.junit, junitReport(report))
  return { judged, report }
}
