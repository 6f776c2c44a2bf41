import {
  type Checksums,
  type Environment,
  type Exit,
  environment,
  exercisedByPorts,
  inProcessExecutor,
  type Middleware,
  type PortHandlers,
  type Resumption,
  RunFold,
  type RunResult,
  type RuntimeHooks,
  runEngine,
  STANDARD_DISCHARGES,
} from '@dr-drill/runbook-core'
import type { Kernel, Process, Processes, RandomStream } from '../../kernel/index.ts'
import type { PreparedRunbook } from '../options.ts'
import type { JournalTape } from './journal-tape.ts'
import type { runIdentity } from './run-identity.ts'

const CONCURRENCY = 4

/** What a run is made from. */
export interface SimulatedRunOptions {
  readonly prepared: PreparedRunbook
  readonly checksums: Checksums
  readonly identity: ReturnType<typeof runIdentity>
  readonly marks: Parameters<typeof runEngine>[0]['marks']
  readonly kernel: Kernel
  readonly processes: Processes
  /** Its process has died: what it had under way elsewhere breaks off. */
  readonly onDeath: () => void
  readonly tape: JournalTape
  /** The target's ports. */
  readonly target: Environment
  /** Clock of the host that the runner is on. */
  readonly clock: PortHandlers
  readonly random: (label: string) => RandomStream
  readonly randomHandlers: (stream: RandomStream) => PortHandlers
  /** Sees the calls of a step's action, below its intents; null: nobody looks. */
  readonly watch: ((step: string) => Middleware) | null
  readonly approvals: Readonly<Record<string, string>>
  /** Somebody is asked: who approves, and after how long; null: nobody, and the run stays paused. */
  readonly askApproval: () => { readonly by: string; readonly afterMs: number } | null
  /** Drill time after which the run is given up; null: never. */
  readonly deadlineMs: number | null
}

/** A run in a process that may die; a new one then resumes it from what was durable. */
export class SimulatedRun {
  readonly #options: SimulatedRunOptions
  #process: Process | null = null
  /** Set while the runner is dead: virtual time at which the next process starts. */
  #resumesAt: number | null = null
  #deaths = 0
  #approvals: Readonly<Record<string, string>>

  constructor(options: SimulatedRunOptions) {
    this.#options = options
    this.#approvals = options.approvals
  }

  /** How often its process has died. */
  get deaths(): number {
    return this.#deaths
  }

  /** The process dies at this instant; a new one starts `downMs` later. Nothing happens to a process that is dead already. */
  kill(downMs: number): void {
    const runner = this.#process
    if (runner === null || runner.isDead) return
    runner.kill()
    this.#options.onDeath()
    this.#deaths += 1
    this.#resumesAt = this.#options.kernel.nowMs + downMs
  }

  /** Runs to an end that no death cuts short. `hooks` see every effect of the processes. */
  perform(hooks?: RuntimeHooks): Exit<RunResult> {
    return this.#toItsEnd(this.#perform(null, hooks), hooks)
  }

  /** One more process goes on with a run that has ended without completing, `downMs` after now. */
  again(downMs: number, hooks?: RuntimeHooks): Exit<RunResult> {
    this.#resumesAt = this.#options.kernel.nowMs + downMs
    return this.#toItsEnd(this.#resume(hooks), hooks)
  }

  /** Deaths are followed by a new process, and questions by whoever approves. */
  #toItsEnd(first: Exit<RunResult> | null, hooks?: RuntimeHooks): Exit<RunResult> {
    let exit = first
    for (;;) {
      if (exit !== null) {
        const step = askingStep(exit)
        const approval = step === null ? null : this.#options.askApproval()
        if (step === null || approval === null) return exit
        this.#approvals = { ...this.#approvals, [step]: approval.by }
        this.#resumesAt = this.#options.kernel.nowMs + approval.afterMs
      }
      exit = this.#resume(hooks)
    }
  }

  #resume(hooks?: RuntimeHooks): Exit<RunResult> | null {
    const { tape, kernel, processes, prepared, random } = this.#options
    const diedAt = kernel.nowMs
    const lost = tape.loseUnwritten(random(`runner/death/${this.#deaths}`))
    processes.pass(Math.max(0, (this.#resumesAt ?? diedAt) - diedAt))
    this.#resumesAt = null
    const fold = new RunFold(prepared.runbook, CONCURRENCY)
    for (const entry of tape.events) fold.observe(entry)
    if (fold.state.started === null) return this.#perform(null, hooks)
    const gapMs = kernel.nowMs - diedAt
    const dropped = lost > 0 ? 'incomplete-last-line' : 'nothing'
    return this.#perform(fold.resumption({ gapMs, dropped }), hooks)
  }

  #perform(resume: Resumption | null, hooks?: RuntimeHooks): Exit<RunResult> | null {
    const { processes, prepared, checksums, identity, marks, deadlineMs } = this.#options
    const runner = processes.open('runner', hooks)
    this.#process = runner
    const task = runEngine({
      runbook: prepared.runbook,
      identity,
      checksums,
      concurrency: CONCURRENCY,
      marks,
      approvals: this.#approvals,
      deadlineMs,
      resume,
    })
    const exit = processes.drive(runner, task, this.#ports(runner))
    runner.kill()
    this.#options.onDeath()
    return exit
  }

  #ports(runner: Process): Environment {
    const { prepared, checksums, identity, tape, target, clock, random, randomHandlers, watch } =
      this.#options
    const journal = tape.handlers(() => !runner.isDead)
    const executor = inProcessExecutor({
      registry: prepared.actions,
      environment: target,
      journal,
      checksums,
      capabilities: new Set(identity.capabilities),
      dryRun: false,
      exercised: exercisedByPorts('sandbox', new Set()),
      discharges: STANDARD_DISCHARGES,
      ...(watch === null ? {} : { watch }),
    })
    return environment({
      Journal: journal,
      Executor: executor,
      Clock: clock,
      Random: randomHandlers(random(`engine/${this.#deaths}`)),
    } as unknown as Record<string, PortHandlers>)
  }
}

/** The step that a paused run waits for; null when it waits for none. */
function askingStep(exit: Exit<RunResult>): string | null {
  if (exit.kind !== 'success' || exit.value.outcome !== 'paused') return null
  return exit.value.firstCause?.subject ?? null
}
