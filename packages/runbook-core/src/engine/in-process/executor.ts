import {
  type ActionContext,
  type ActionRegistry,
  type AnyAction,
  type Capability,
  checkedOnce,
  type Discharge,
  type Obligation,
  Obligations,
} from '../../actions/index.ts'
import { type Checksums, sameAsBefore } from '../../checksums/index.ts'
import {
  attempt,
  type Environment,
  fork,
  intercept,
  join,
  type Middleware,
  overlay,
  type PortHandler,
  type PortHandlers,
  provide,
  type Task,
  uninterrupted,
} from '../../effects/index.ts'
import { invariant, OperatingError } from '../../errors/index.ts'
import type { Exercised, RunEvent } from '../../journal/events.ts'
import type { Json } from '../../text/json.ts'
import {
  type ExecutorContract,
  type HeldObligation,
  type Invocation,
  Journal,
  type JournalContract,
  type Performed,
  type Reversal,
} from '../executor.ts'
import { wellFormedRecord } from '../well-formed.ts'
import { declaredSubjects, isCovered, takeBaseline } from './baseline.ts'
import { wouldWrite } from './dry-run.ts'
import { Intents } from './intents.ts'
import { RunLedger } from './run-ledger.ts'
import { survey } from './survey.ts'
import { understand } from './understand.ts'

/** What an executor in the same process is built from. */
export interface InProcessOptions {
  readonly registry: ActionRegistry
  /** The target's ports. */
  readonly environment: Environment
  /** The run's journal: the same handlers that the engine has. */
  readonly journal: PortHandler<JournalContract>
  readonly checksums: Checksums
  readonly capabilities: ReadonlySet<Capability>
  /** Performs what only reads; what would write is told and skipped. */
  readonly dryRun: boolean
  /** How far the target touches the real thing, by action; see `exercisedByPorts`. */
  readonly exercised: (action: AnyAction) => Exercised
  /** How obligations are given back, by kind. */
  readonly discharges: Readonly<Record<string, Discharge>>
  /** Sees what a step's action asks of the target, once its intents are durable; for worlds that let faults strike there. */
  readonly watch?: (step: string) => Middleware
}

/** Ports that an executor adds to the target's. */
const OWN_PORTS: ReadonlySet<string> = new Set([Journal.$id, Obligations.$id])

/** Handlers of the port Executor that perform actions in this process, in the target's environment. One per run. */
export function inProcessExecutor(options: InProcessOptions): PortHandler<ExecutorContract> {
  const executor = new InProcessExecutor(options)
  return {
    perform: (input) => executor.perform(input),
    undo: (input) => executor.undo(input),
    held: ({ known }) => executor.held(known),
    release: ({ runId, ids }) => executor.release(runId, ids),
    survey: (input) =>
      provide(
        options.environment,
        survey(input, options.registry, (port) => options.environment.offers(port)),
      ),
  }
}

class InProcessExecutor {
  readonly #options: InProcessOptions
  readonly #ledger = new RunLedger()

  constructor(options: InProcessOptions) {
    this.#options = options
  }

  /** In a child, so that an interrupt reaches the action: a handler itself is never cut short. */
  *perform(invocation: Invocation): Task<Performed> {
    return yield* join(yield* fork(this.#perform(invocation), invocation.kind))
  }

  *#perform(invocation: Invocation): Task<Performed> {
    const { action, input } = understand(invocation, this.#options)
    const lacking = action.capabilities.optional.filter((name) => !this.#options.capabilities.has(name))
    const skipped = this.#unreachable(action, lacking)
    if (skipped !== null) return { output: null, exercised: 'no', skipped }
    const unmade = this.#options.dryRun ? wouldWrite(action, input) : null
    if (unmade !== null) return { output: null, exercised: 'no', skipped: unmade }
    if (lacking.length > 0) yield* this.#tellLacking(invocation.step, lacking)
    this.#ledger.skipOrdinals(invocation.step, invocation.effectsBefore)
    for (const subject of invocation.baselined) this.#ledger.baselined.add(subject)
    const subjects = declaredSubjects(action.effects(input))
    const intents = this.#intents(invocation.runId, invocation.step, subjects)
    const context = this.#context(invocation, invocation.attempt, invocation.approvedBy)
    try {
      const environment = this.#environment(invocation.step, intents)
      const output = (yield* provide(environment, run(action, input, context))) as Json
      const checked = checkedOnce(action.output, sameAsBefore(this.#options.checksums, output))
      invariant(checked.success, `action ${action.kind} gave an output that its own schema refuses`)
      return { output: checked.data as Json, exercised: this.#options.exercised(action) }
    } finally {
      yield* uninterrupted(() => provide(this.#environment(invocation.step, intents), intents.close()))
    }
  }

  /** Why the action cannot be performed at all; null when it can. A port may be missing only with the ability it stands for. */
  #unreachable(action: AnyAction, lacking: readonly Capability[]): string | null {
    const { environment } = this.#options
    const missing = action.ports.filter((port) => !OWN_PORTS.has(port) && !environment.offers(port))
    if (missing.length === 0) return null
    if (lacking.length > 0) return `the target has no ${lacking.join(', ')}`
    throw new OperatingError('capability-missing', `the target has no port ${missing.join(', ')}`, {
      subject: action.kind,
    })
  }

  /** The action leaves out what the target cannot do; the journal says so. */
  *#tellLacking(step: string, lacking: readonly Capability[]): Task<void> {
    const evidence = { lacking: [...lacking] }
    const event: RunEvent = { type: 'evidence-collected', subject: `not-exercised:${step}`, evidence }
    yield* provide(this.#ownEnvironment, Journal.append({ events: [event], durable: false }))
  }

  *undo(reversal: Reversal): Task<void> {
    const { action, input } = understand(reversal, this.#options)
    if (action.undo === undefined) return
    this.#ledger.skipOrdinals(reversal.step, reversal.effectsBefore)
    const subjects = declaredSubjects(action.effects(input))
    const intents = this.#intents(reversal.runId, reversal.step, subjects)
    const undo = action.undo(input, reversal.output, this.#context(reversal, 1, null))
    yield* this.#within(reversal.step, intents, undo)
  }

  held(known: readonly HeldObligation[]): readonly HeldObligation[] {
    this.#ledger.adopt(known)
    return this.#ledger.held
  }

  *release(runId: string, ids: readonly string[]) {
    const left: { readonly id: string; readonly error: ReturnType<OperatingError['toRecord']> }[] = []
    for (const { step, obligation } of this.#ledger.held.toReversed()) {
      if (!ids.includes(obligation.id)) continue
      const intents = this.#intents(runId, step, [])
      const result = yield* attempt(this.#within(step, intents, this.#discharge(obligation)))
      if (!result.ok) left.push({ id: obligation.id, error: wellFormedRecord(result.error.toRecord()) })
    }
    return left
  }

  *#discharge(obligation: Obligation): Task<void> {
    const { discharges } = this.#options
    // The kind may come from a journal: only what the target itself lists counts, not what every object inherits.
    const discharge = Object.hasOwn(discharges, obligation.kind) ? discharges[obligation.kind] : undefined
    if (discharge === undefined) {
      throw new OperatingError('capability-missing', `nothing here gives back a ${obligation.kind}`)
    }
    yield* discharge(obligation.subject)
    yield* this.#journal({ type: 'obligation-discharged', id: obligation.id })
    this.#ledger.giveBack(obligation.id)
  }

  *#within<A>(step: string, intents: Intents, task: Task<A>): Task<A> {
    function* closing(): Task<A> {
      try {
        return yield* task
      } finally {
        yield* uninterrupted(() => intents.close())
      }
    }
    return yield* provide(this.#environment(step, intents), closing())
  }

  #context(
    invocation: { readonly runId: string; readonly step: string; readonly key: string },
    attemptNumber: number,
    approvedBy: string | null,
  ): ActionContext {
    const { checksums, capabilities } = this.#options
    const { runId, step, key } = invocation
    return {
      runId,
      step,
      idempotencyKey: key,
      attempt: attemptNumber,
      approvedBy,
      checksums,
      capabilities,
    }
  }

  #intents(runId: string, step: string, subjects: readonly string[]): Intents {
    const { checksums } = this.#options
    return new Intents({
      runId,
      step,
      ledger: this.#ledger,
      checksums,
      prepare: () => this.#baseline(subjects),
    })
  }

  /** Before the first effect on a declared root or service: what is there, durably. */
  *#baseline(subjects: readonly string[]): Task<void> {
    const { baselined, baselining } = this.#ledger
    const missing = () => subjects.filter((subject) => !isCovered(subject, baselined))
    if (missing().length === 0) return
    const { environment } = this.#options
    function* take(): Task<void> {
      const events: RunEvent[] = []
      for (const subject of missing()) {
        const event = yield* takeBaseline(subject, (port) => environment.offers(port))
        if (event !== null) events.push(event)
      }
      if (events.length > 0) yield* Journal.append({ events, durable: true })
      for (const subject of subjects) baselined.add(subject)
    }
    yield* baselining.with(take)
  }

  /** The target's ports and the run's journal. */
  get #ownEnvironment(): Environment {
    const { environment, journal } = this.#options
    return overlay(environment, { Journal: journal as unknown as PortHandlers })
  }

  #environment(step: string, intents: Intents): Environment {
    const obligations = {
      take: (obligation: Obligation) => this.#take(step, obligation),
      discharged: ({ id }: { readonly id: string }) => this.#discharged(id),
    }
    const own = { Obligations: obligations as unknown as PortHandlers }
    const below = overlay(this.#ownEnvironment, own)
    const { watch } = this.#options
    return intercept(watch === undefined ? below : intercept(below, watch(step)), intents.middleware)
  }

  /** A step that runs again takes what it holds already: nothing new to journal. */
  *#take(step: string, obligation: Obligation): Task<void> {
    if (this.#ledger.find(obligation.id) !== null) return
    yield* this.#journal({ type: 'obligation-taken', step, obligation })
    this.#ledger.take({ step, obligation })
  }

  *#discharged(id: string): Task<void> {
    yield* this.#journal({ type: 'obligation-discharged', id })
    this.#ledger.giveBack(id)
  }

  *#journal(event: RunEvent): Task<void> {
    yield* Journal.append({ events: [event], durable: true })
  }
}

function* run(action: AnyAction, input: unknown, context: ActionContext): Task<unknown> {
  const before = action.alreadyDone === undefined ? null : yield* action.alreadyDone(input, context)
  return before ?? (yield* action.run(input, context))
}
