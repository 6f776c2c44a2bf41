import { rmSync } from 'node:fs'
import { type Continuation, type QualifiedRunbook, type Resumption, RunFold } from '@dr-drill/runbook-core'
import { foldJournal } from './journal.ts'
import { runFiles } from './run-directory.ts'

/** Where a dead run goes on. */
export interface ResumePoint {
  readonly resume: Resumption
  readonly continuation: Continuation
}

/**
 * Reads a run's journal to its end; null when the run died before its first event was durable: nothing was touched, and it begins
 * anew. The time that passed while no process ran is the distance of the wall clock from the last
 * entry: the RTO does not stop with the process. @throws journal-damaged, precondition-failed
 */
export async function resumePoint(
  directory: string,
  runbook: QualifiedRunbook,
  concurrency: number,
): Promise<ResumePoint | null> {
  const fold = new RunFold(runbook, concurrency)
  const end = await foldJournal(directory, (entry) => fold.observe(entry))
  if (fold.state.started === null) {
    rmSync(runFiles(directory).journal, { force: true })
    return null
  }
  const startedAt = Date.parse(fold.state.started.startedAtWall)
  const gapMs = Number.isNaN(startedAt) ? 0 : Math.max(0, Date.now() - (startedAt + fold.lastAt))
  const resume = fold.resumption({ gapMs, dropped: end.dropped })
  return { resume, continuation: { end, gapMs } }
}

/** Drill time at which a process takes over: 0, or what the run had reached and the gap after it. */
export const drillStart = (point: ResumePoint | null): number =>
  point === null ? 0 : point.resume.lastAt + point.resume.gapMs
