import {
  type ActionRegistry,
  type Copies,
  driveAsync,
  type EngineOptions,
  type Environment,
  type Exit,
  environment,
  type Fiber,
  OperatingError,
  type PortHandlers,
  type QualifiedRunbook,
  type RunEvent,
  type RunResult,
  runEngine,
} from '@dr-drill/runbook-core'
import { loadRunbook } from '@dr-drill/runbook-core/yaml'
import { nativeChecksums } from '@dr-drill/simulator/server'
import type { AgentClient } from '../../agent/runner/agent-client.ts'
import { realClock } from '../../ports/clock.ts'
import { systemRandom } from '../../ports/random.ts'
import { parametersFor } from '../containers/parameters.ts'
import type { RunSite } from '../run-site.ts'
import { stemedbActions } from '../stemedb-actions.ts'
import type { Target } from '../target.ts'
import type { ChildServer } from './child-server.ts'
import { keptCopies } from './evidence/kept-copies.ts'
import { runFaults } from './faults/run-faults.ts'
import { gatherEvidence } from './gather-evidence.ts'
import { historyShift } from './history-shift.ts'
import { openJournal, type RunJournal } from './journal.ts'
import { judgeAndReport, type ReportedRun, recordOf } from './judge-and-report.ts'
import { type RunSecrets, runSecrets } from './keys.ts'
import { localSite } from './local-site.ts'
import { requireOwn } from './own-directories.ts'
import { drillStart, type ResumePoint, resumePoint } from './resume-point.ts'
import type { LocalRunHooks } from './run-hooks.ts'
import { runIdentity } from './run-identity.ts'
import { takeRunLock } from './run-lock.ts'
import { type RunRequest, targetOf } from './run-request.ts'
import type { PreparedStores } from './source.ts'
import { claimWorkDirectory, removeWorkDirectory } from './work-directory.ts'

/** Steps under way at once. */
const CONCURRENCY = 4

/** Runs a new run, or goes on with one that was interrupted, and reports it. Whatever was started is gone when this returns. */
export async function runLocal(
  directory: string,
  request: RunRequest,
  runbookText: string,
  hooks: LocalRunHooks,
  resuming: boolean,
): Promise<ReportedRun> {
  requireOwn(directory)
  const lock = takeRunLock(directory)
  try {
    const work = claimWorkDirectory(request.work, request.runId)
    const asked = { ...request, work }
    const run = new LocalRun(directory, asked, runbookText, hooks, await siteOf(directory, asked, hooks))
    try {
      return await run.perform(resuming)
    } finally {
      await run.close()
    }
  } finally {
    lock.release()
  }
}

/** What speaks to a container engine is loaded for runs that need one. */
async function siteOf(directory: string, request: RunRequest, hooks: LocalRunHooks): Promise<RunSite> {
  if (targetOf(request) !== 'containers') return localSite(directory, request, hooks)
  const { containersSite } = await import('../containers/index.ts')
  return containersSite(directory, request, hooks)
}

/** Everything that stands before the first step. */
interface Prepared {
  readonly actions: ActionRegistry
  readonly secrets: RunSecrets
  readonly stores: PreparedStores
  readonly runbook: QualifiedRunbook
  readonly point: ResumePoint | null
  readonly historyShiftMs: number
  readonly target: Target
  readonly before: Copies | null
  readonly failureAt: number
}

class LocalRun {
  readonly #directory: string
  readonly #request: RunRequest
  readonly #runbookText: string
  readonly #hooks: LocalRunHooks
  readonly #site: RunSite
  readonly #servers: ChildServer[] = []
  /** Ends what would take long before the first step. */
  readonly #stop = new AbortController()
  readonly #forgetInterrupt: () => void
  #agent: AgentClient | null = null
  #target: Target | null = null
  #interruptedBy: string | null = null
  #onInterrupt: () => void = () => {}

  constructor(
    directory: string,
    request: RunRequest,
    runbookText: string,
    hooks: LocalRunHooks,
    site: RunSite,
  ) {
    this.#directory = directory
    this.#request = request
    this.#runbookText = runbookText
    this.#hooks = hooks
    this.#site = site
    this.#forgetInterrupt = hooks.onInterrupt((reason) => {
      this.#interruptedBy = reason
      this.#stop.abort()
      this.#onInterrupt()
    })
  }

  async perform(resuming: boolean): Promise<ReportedRun> {
    const prepared = await this.#prepare(resuming)
    const { runbook, point, historyShiftMs } = prepared
    const clock = realClock({ drillStartMs: drillStart(point), historyShiftMs })
    const opened = openJournal(
      this.#directory,
      clock as unknown as PortHandlers,
      point?.continuation ?? null,
      this.#hooks.onEvent,
    )
    const faults = await runFaults(this.#directory, this.#request, prepared)
    const journal = faults.watch(opened)
    try {
      await faults.arm()
      const exit = await this.#drive(
        this.#engineOptions(prepared),
        this.#engineWorld(prepared, journal, clock),
      )
      if (exit.kind === 'failure') throw exit.error
      // Whatever was made to go wrong is over: what is collected now is about the drill, not part of it.
      if (exit.kind === 'success') await journal.append(await faults.conclude())
      if (exit.kind === 'success') await this.#collect(prepared, journal, exit.value)
    } finally {
      faults.end()
      journal.close()
    }
    const reported = await judgeAndReport(this.#directory, runbook, this.#request)
    await this.close()
    if (!this.#keeps(reported.report.passed)) {
      await this.#site.discard()
      removeWorkDirectory(this.#request.work, this.#request.runId)
    }
    return reported
  }

  /** Ends whatever is running; twice is fine. */
  async close(): Promise<void> {
    this.#forgetInterrupt()
    const target = this.#target
    this.#target = null
    await target?.close()
    await this.#agent?.close()
    await this.#site.close()
    await Promise.all(this.#servers.splice(0).map((server) => server.stop()))
  }

  async #prepare(resuming: boolean): Promise<Prepared> {
    const { work, params, source } = this.#request
    const secrets = runSecrets(work)
    const actions = stemedbActions()
    // A runbook that cannot be read is told before a production is made for it; of a new run it was read a moment ago.
    if (resuming) this.#load(actions, params)
    this.#hooks.say(source.kind === 'generated' ? 'preparing a production to restore' : 'preparing')
    const stores = await this.#site.stores({ secrets, servers: this.#servers, signal: this.#stop.signal })
    this.#stopIfInterrupted()
    const trusted = stores.trustKey === null ? {} : { 'trust-key': stores.trustKey }
    const runbook = this.#load(actions, { ...trusted, ...params })
    this.#hooks.onRunbook(runbook)
    const historyShiftMs = historyShift(work, this.#request, stores.failureAt)
    const known = { stores, secrets, historyShiftMs, runbook, resuming, concurrency: CONCURRENCY }
    this.#agent = await this.#site.attach(known)
    const point = resuming ? await resumePoint(this.#directory, runbook, CONCURRENCY) : null
    const target = await this.#site.open(drillStart(point))
    this.#target = target
    const before = await keptCopies(work, target.environment)
    this.#stopIfInterrupted()
    const failureAt = stores.failureAt ?? Date.now() + historyShiftMs
    return { actions, secrets, stores, runbook, point, historyShiftMs, target, before, failureAt }
  }

  #load(actions: ActionRegistry, params: Readonly<Record<string, string>>): QualifiedRunbook {
    return loadRunbook(this.#runbookText, {
      registry: actions,
      checksums: nativeChecksums,
      params: { ...parametersFor(this.#request), ...params },
      profile: targetOf(this.#request),
      file: this.#request.runbook,
    })
  }

  #engineOptions({ runbook, actions, target, point, failureAt }: Prepared): EngineOptions {
    return {
      runbook,
      identity: runIdentity(this.#request, actions, target, point),
      checksums: nativeChecksums,
      concurrency: CONCURRENCY,
      marks: [
        { name: 'failure', at: failureAt, domain: 'history' },
        { name: 'detected', at: 0, domain: 'drill' },
        { name: 'declared', at: 0, domain: 'drill' },
      ],
      approvals: this.#request.approvals,
      deadlineMs: this.#request.deadlineMs,
      resume: point?.resume ?? null,
      interruptReason: () => this.#interruptedBy ?? 'the run was interrupted',
    }
  }

  #engineWorld(
    { actions, target }: Prepared,
    journal: RunJournal,
    clock: ReturnType<typeof realClock>,
  ): Environment {
    const { dryRun } = this.#request
    const executor = target.executor({ registry: actions, journal: journal.handlers, dryRun })
    const ports: Record<string, unknown> = {
      Journal: journal.handlers,
      Executor: executor,
      Clock: clock,
      Random: systemRandom(),
    }
    return environment(ports as Record<string, PortHandlers>)
  }

  async #drive(options: EngineOptions, world: Environment): Promise<Exit<RunResult>> {
    let root: Fiber<RunResult> | null = null
    const driven = driveAsync(runEngine(options), world, {
      onFiber: (fiber) => {
        root = fiber
      },
    })
    this.#onInterrupt = () => root?.interrupt()
    if (this.#interruptedBy !== null) this.#onInterrupt()
    return await driven
  }

  /** Evidence first, while the service runs; then what the run started ends, and the journal says so. */
  async #collect(prepared: Prepared, journal: RunJournal, result: RunResult): Promise<void> {
    if (this.#interruptedBy !== null) return
    const { target, point } = prepared
    // The run had ended before its process died: what it restored is served once more, to be read back.
    if (point?.resume.state.outcome === 'completed') await target.revive()
    await journal.append(
      await gatherEvidence({
        ...prepared,
        request: this.#request,
        servers: this.#servers,
        directory: this.#directory,
        record: await recordOf(this.#directory),
      }),
    )
    await target.endProcesses()
    const ended = result.held.filter(({ obligation }) => obligation.kind === 'service-stop')
    await journal.append(
      ended.map(({ obligation }): RunEvent => ({ type: 'obligation-discharged', id: obligation.id })),
    )
  }

  #keeps(passed: boolean | null): boolean {
    if (this.#interruptedBy !== null) return true
    return this.#request.keep === 'always' || (this.#request.keep === 'on-failure' && passed !== true)
  }

  #stopIfInterrupted(): void {
    if (this.#interruptedBy !== null) throw new OperatingError('cancelled', this.#interruptedBy)
  }
}
