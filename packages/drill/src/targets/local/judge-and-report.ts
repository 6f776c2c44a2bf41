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

/** The record that a run's journal tells, and whether a crash cut off its last line, which then is no part of it. */
export async function readRun(
  directory: string,
): Promise<{ readonly record: RunRecord; readonly isCut: boolean }> {
  const fold = new RecordFold()
  const end = await foldJournal(directory, (entry) => fold.add(entry))
  return { record: fold.record(), isCut: end.dropped !== 'nothing' }
}

/** The record that a run's journal tells. */
export const recordOf = async (directory: string): Promise<RunRecord> => (await readRun(directory)).record

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
