import { once } from 'node:events'
import { createWriteStream, writeFileSync } from 'node:fs'
import { sealJournal, type TimedEvent } from '@dr-drill/runbook-core'
import { type DrawnDrill, outcomeOfDrill, runDigest, type SimulatedDrill } from '@dr-drill/simulator'
import { nativeChecksums } from '@dr-drill/simulator/server'
import { judgeAndReport, type ReportedRun } from '../local/judge-and-report.ts'
import { runFiles } from '../local/run-directory.ts'
import type { RunRequest } from '../local/run-request.ts'
import { actionsDigest, toolIdentity } from '../local/tool-identity.ts'
import { stemedbActions } from '../stemedb-actions.ts'
import type { Lab } from './lab.ts'

/** A simulated run that was written down. */
export interface SimulatedRunFiles extends ReportedRun {
  readonly drill: SimulatedDrill
  /** Of the run: equal digests, equal journals. */
  readonly digest: string
}

/** Who looks on. */
export interface SimRunHooks {
  /** Every event of the run, once it has ended. */
  readonly onEvent: (entry: TimedEvent) => void
}

/**
 * Performs a drill in virtual time and writes what a real run leaves behind into its directory: the journal, sealed and chained, the
 * reports that are folded from it, and `truth.json`, what the world knows better than the run.
 */
export async function runSim(
  directory: string,
  request: RunRequest,
  lab: Lab,
  drawn: DrawnDrill,
  hooks: SimRunHooks,
): Promise<SimulatedRunFiles> {
  const drill = lab.perform(drawn, {
    memory: true,
    draws: null,
    approvals: request.approvals,
    deadlineMs: request.deadlineMs,
  })
  const events = [...identified(drill.events, request), ...ended(drill)]
  for (const entry of events) hooks.onEvent(entry)
  await writeJournal(directory, events)
  const digest = runDigest(drill, nativeChecksums)
  writeFileSync(`${directory}/truth.json`, `${JSON.stringify(truthOf(drill, digest), null, 2)}\n`)
  const { runbook } = lab.prepared(drawn.production)
  return { ...(await judgeAndReport(directory, runbook, request)), drill, digest }
}

/** The first event tells which release performed the run, and what it was asked. */
function identified(events: readonly TimedEvent[], request: RunRequest): readonly TimedEvent[] {
  const scenario = request.scenario ?? null
  return events.map(({ at, event }) => {
    if (event.type !== 'run-started') return { at, event }
    const identity = { tool: toolIdentity(), actionsDigest: actionsDigest(stemedbActions()), scenario }
    return { at, event: { ...event, ...identity } }
  })
}

/** The world ends with the run: nothing that it started goes on. */
function ended({ judged, events }: SimulatedDrill): readonly TimedEvent[] {
  const at = events.at(-1)?.at ?? 0
  const held = judged.record.obligations.filter(({ obligation }) => obligation.kind === 'service-stop')
  return held.map(({ obligation }) => ({ at, event: { type: 'obligation-discharged', id: obligation.id } }))
}

/** What the world's own checkers found, which see what no run can see. */
function truthOf(drill: SimulatedDrill, digest: string) {
  const { checked } = drill
  return {
    kind: 'truth',
    schemaVersion: 1,
    digest,
    expectation: checked.expectation,
    outcome: outcomeOfDrill(drill),
    invariants: checked.results,
    open: checked.open,
  }
}

async function writeJournal(directory: string, events: readonly TimedEvent[]): Promise<void> {
  const stream = createWriteStream(runFiles(directory).journal, { flags: 'wx', mode: 0o640, flush: true })
  for (const line of sealJournal(events, nativeChecksums)) stream.write(`${line}\n`)
  stream.end()
  await once(stream, 'close')
}
