import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type ActionRegistry,
  type Continuation,
  driveAsync,
  type EngineOptions,
  type Exit,
  environment,
  exercisedByPorts,
  type Fiber,
  formatInstant,
  inProcessExecutor,
  OperatingError,
  type PortHandlers,
  type QualifiedRunbook,
  type Resumption,
  type RunEvent,
  RunFold,
  type RunIdentity,
  type RunResult,
  runEngine,
} from '@dr-drill/runbook-core'
import { loadRunbook } from '@dr-drill/runbook-core/yaml'
import { nativeChecksums } from '@dr-drill/simulator/server'
import { realClock } from '../../ports/clock.ts'
import type { LogEntry } from '../../ports/log.ts'
import { systemRandom } from '../../ports/random.ts'
import { stemedbActions } from '../stemedb-actions.ts'
import type { ChildServer } from './child-server.ts'
import { LOCAL_DISCHARGES } from './discharges.ts'
import { type DiskMeter, diskMeter } from './evidence/disk-peak.ts'
import { keptCopies } from './evidence/kept-copies.ts'
import { gatherEvidence } from './gather-evidence.ts'
import { foldJournal, openJournal } from './journal.ts'
import { judgeAndReport, type ReportedRun, recordOf } from './judge-and-report.ts'
import { runSecrets } from './keys.ts'
import { type LocalTarget, openLocalTarget } from './local-target.ts'
import { takeRunLock } from './run-lock.ts'
import type { RunRequest } from './run-request.ts'
import { probeServiceAccount } from './service-account.ts'
import { type PreparedStores, prepareStores } from './source.ts'
import { actionsDigest, toolIdentity } from './tool-identity.ts'

/** What a local run tells and asks while it goes on. */
export interface LocalRunHooks {
  /** Called once, when the steps are known. */
  onRunbook(runbook: QualifiedRunbook): void
  onEvent(event: RunEvent): void
  onLog(entry: LogEntry): void
  /** A line of the run itself. */
  say(text: string): void
  /** Called when the run must end; the returned function takes the listener off. */
  onInterrupt(listener: (reason: string) => void): () => void
  readonly variables: Readonly<Record<string, string | undefined>>
}

/** Steps under way at once. */
const CONCURRENCY = 4
/** Name under which the target's parameter profiles stand in runbooks. */
const PROFILE = 'local'

/** Runs a new run, or goes on with one that was interrupted, and reports it. Whatever was started is gone when this returns. */
export async function runLocal(
  directory: string,
  request: RunRequest,
  runbookText: string,
  hooks: LocalRunHooks,
  resuming: boolean,
): Promise<ReportedRun> {
  const lock = takeRunLock(directory)
  const run = new LocalRun(directory, request, runbookText, hooks, resuming)
  try {
    return await run.perform()
  } finally {
    await run.close()
    lock.release()
  }
}

class LocalRun {
  readonly #directory: string
  readonly #request: RunRequest
  readonly #runbookText: string
  readonly #hooks: LocalRunHooks
  readonly #resuming: boolean
  readonly #servers: ChildServer[] = []
  #target: LocalTarget | null = null
  #interruptedBy: string | null = null
  #onInterrupt: (reason: string) => void = () => {}
  readonly #forgetInterrupt: () => void

  constructor(
    directory: string,
    request: RunRequest,
    runbookText: string,
    hooks: LocalRunHooks,
    resuming: boolean,
  ) {
    this.#directory = directory
    this.#request = request
    this.#runbookText = runbookText
    this.#hooks = hooks
    this.#resuming = resuming
    this.#forgetInterrupt = hooks.onInterrupt((reason) => {
      this.#interruptedBy = reason
      this.#onInterrupt(reason)
    })
  }

  async perform(): Promise<ReportedRun> {
    const { work } = this.#request
    mkdirSync(work, { recursive: true })
    const secrets = runSecrets(work)
    const actions = stemedbActions()
    this.#load(actions, this.#request.params)
    this.#hooks.say(
      this.#request.source.kind === 'generated' ? 'preparing a production to restore' : 'preparing',
    )
    const stores = await prepareStores(this.#request, secrets, this.#servers)
    this.#stopIfInterrupted()
    const params = stores.trustKey === null ? {} : { 'trust-key': stores.trustKey }
    const runbook = this.#load(actions, { ...params, ...this.#request.params })
    this.#hooks.onRunbook(runbook)
    const resumption = this.#resuming ? await this.#resumption(runbook) : null
    const shift = keptShift(work, this.#request, stores)
    const drillStartMs = resumption === null ? 0 : resumption.resume.lastAt + resumption.resume.gapMs
    const account = probeServiceAccount([this.#directory, new URL(import.meta.url).pathname])
    if (account.kind === 'own') this.#hooks.onLog({ level: 'info', message: account.reason })
    const meterOf: { meter: DiskMeter | null } = { meter: null }
    const target = await openLocalTarget({
      work,
      locations: { source: stores.source, archive: stores.archive },
      secrets,
      account,
      allowHostCommands: this.#request.allowHostCommands,
      drillStartMs,
      historyShiftMs: shift,
      variables: this.#hooks.variables,
      onLog: this.#hooks.onLog,
      onRecord: () => {},
      meter: (files) => {
        meterOf.meter = diskMeter(files)
        return meterOf.meter
      },
    })
    this.#target = target
    const before = await keptCopies(work, target.environment)
    this.#stopIfInterrupted()
    const clock = realClock({ drillStartMs, historyShiftMs: shift })
    const journal = openJournal(
      this.#directory,
      clock as unknown as PortHandlers,
      resumption?.continuation ?? null,
      this.#hooks.onEvent,
    )
    try {
      const executor = inProcessExecutor({
        registry: actions,
        environment: target.environment,
        journal: journal.handlers,
        checksums: nativeChecksums,
        capabilities: target.capabilities,
        dryRun: this.#request.dryRun,
        exercised: exercisedByPorts('sandbox', target.recorders),
        discharges: LOCAL_DISCHARGES,
      })
      const world = environment({
        Journal: journal.handlers as unknown as PortHandlers,
        Executor: executor as unknown as PortHandlers,
        Clock: clock as unknown as PortHandlers,
        Random: systemRandom() as unknown as PortHandlers,
      })
      const failureAt = stores.failureAt ?? Date.now() + shift
      const options: EngineOptions = {
        runbook,
        identity: this.#identity(actions, target, resumption?.resume ?? null),
        checksums: nativeChecksums,
        concurrency: CONCURRENCY,
        marks: [
          { name: 'failure', at: failureAt, domain: 'history' },
          { name: 'detected', at: 0, domain: 'drill' },
          { name: 'declared', at: 0, domain: 'drill' },
        ],
        approvals: this.#request.approvals,
        deadlineMs: this.#request.deadlineMs,
        resume: resumption?.resume ?? null,
        interruptReason: () => this.#interruptedBy ?? 'the run was interrupted',
      }
      const exit = await this.#drive(options, world)
      if (exit.kind === 'failure') throw exit.error
      if (this.#interruptedBy === null) {
        await journal.append(
          await gatherEvidence({
            request: this.#request,
            stores,
            secrets,
            servers: this.#servers,
            directory: this.#directory,
            record: await recordOf(this.#directory),
            runbook,
            target,
            before,
            failureAt,
            diskPeakBytes: meterOf.meter?.peakBytes ?? 0,
          }),
        )
        // What the run started ends with it here; on a host of its own it would stay.
        if (exit.kind === 'success') await journal.append(await endServices(target, exit.value))
      }
    } finally {
      journal.close()
    }
    const reported = await judgeAndReport(this.#directory, runbook, this.#request)
    await this.close()
    if (!this.#keeps(reported.report.passed)) rmSync(work, { recursive: true, force: true })
    return reported
  }

  /** Ends whatever is running; twice is fine. */
  async close(): Promise<void> {
    this.#forgetInterrupt()
    const target = this.#target
    this.#target = null
    await target?.close()
    await Promise.all(this.#servers.splice(0).map((server) => server.stop()))
  }

  #load(actions: ActionRegistry, params: Readonly<Record<string, string>>): QualifiedRunbook {
    return loadRunbook(this.#runbookText, {
      registry: actions,
      checksums: nativeChecksums,
      params,
      profile: PROFILE,
      file: this.#request.runbook,
    })
  }

  async #drive(options: EngineOptions, world: ReturnType<typeof environment>): Promise<Exit<RunResult>> {
    let root: Fiber<RunResult> | null = null
    const driven = driveAsync(runEngine(options), world, {
      onFiber: (fiber) => {
        root = fiber
      },
    })
    this.#onInterrupt = () => root?.interrupt()
    if (this.#interruptedBy !== null) this.#onInterrupt(this.#interruptedBy)
    return await driven
  }

  #identity(actions: ActionRegistry, target: LocalTarget, resume: Resumption | null): RunIdentity {
    const { request } = { request: this.#request }
    const fresh: RunIdentity = {
      runId: request.runId,
      tool: toolIdentity(),
      actionsDigest: actionsDigest(actions),
      mode: request.mode,
      data: request.source.kind === 'store' ? 'supplied' : 'generated',
      environment: 'sandbox',
      target: PROFILE,
      capabilities: [...target.capabilities].sort(),
      seed: request.seed,
      scenario: null,
      faults: request.faults,
      startedAtWall: formatInstant(Date.now()),
    }
    const started = resume?.state.started
    return started == null ? fresh : { ...fresh, startedAtWall: started.startedAtWall }
  }

  async #resumption(
    runbook: QualifiedRunbook,
  ): Promise<{ readonly resume: Resumption; readonly continuation: Continuation }> {
    const fold = new RunFold(runbook, CONCURRENCY)
    const end = await foldJournal(this.#directory, (entry) => fold.observe(entry))
    const startedAt = Date.parse(fold.state.started?.startedAtWall ?? '')
    const gapMs = Number.isNaN(startedAt) ? 0 : Math.max(0, Date.now() - (startedAt + fold.lastAt))
    const resume = fold.resumption({ gapMs, dropped: end.dropped })
    return { resume, continuation: { end, gapMs } }
  }

  #keeps(passed: boolean | null): boolean {
    if (this.#interruptedBy !== null) return true
    return this.#request.keep === 'always' || (this.#request.keep === 'on-failure' && passed !== true)
  }

  #stopIfInterrupted(): void {
    if (this.#interruptedBy !== null) throw new OperatingError('cancelled', this.#interruptedBy)
  }
}

/** Stops what still runs, and tells which obligations that discharges. */
async function endServices(target: LocalTarget, result: RunResult): Promise<readonly RunEvent[]> {
  await target.endProcesses()
  return result.held
    .filter(({ obligation }) => obligation.kind === 'service-stop')
    .map(({ obligation }) => ({ type: 'obligation-discharged', id: obligation.id }))
}

/** Distance of history from the wall clock: a world that was kept goes on where its production failed. The same across resume. */
function keptShift(work: string, request: RunRequest, stores: PreparedStores): number {
  const file = join(work, 'clock.json')
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { historyShiftMs: number }).historyShiftMs
  } catch {
    // Not written yet.
  }
  const keeps = request.source.kind !== 'generated' && stores.failureAt !== null
  const historyShiftMs = keeps ? (stores.failureAt ?? 0) - Date.now() : 0
  writeFileSync(file, JSON.stringify({ historyShiftMs }))
  return historyShiftMs
}
