import {
  type CallContext,
  Deferred,
  driveSync,
  type EngineOptions,
  type Exit,
  environment,
  type Fiber,
  type HeldObligation,
  type Invocation,
  type Json,
  memoryJournal,
  OperatingError,
  type PortHandlers,
  type RunEvent,
  type RunResult,
  Runtime,
  runEngine,
} from '@dr-drill/runbook-core'
import { VirtualClock } from './virtual-clock.ts'

/** What a step does, attempt by attempt (the last one repeats): takes time, then gives or throws. */
export interface Script {
  readonly ms: number
  readonly output?: Json
  readonly error?: () => Error
  readonly skipped?: string
  /** Ignores a cancel for so long. */
  readonly acknowledgeMs?: number
}

/** An engine's surroundings in memory: a scripted executor, a journal of objects, virtual time. */
export class ToyWorld {
  readonly clock = new VirtualClock()
  readonly journal: {
    handlers: ReturnType<typeof memoryJournal>['handlers']
    readonly events: ReturnType<typeof memoryJournal>['events']
  } = { ...memoryJournal(() => this.clock.now) }
  readonly invocations: Invocation[] = []
  readonly released: string[] = []
  readonly undone: string[] = []
  held: HeldObligation[] = []
  active = 0
  activeMax = 0
  releaseMs = 0
  volatileKinds: readonly string[] = []
  fetchingKinds: readonly string[] = []
  #random = 12_345

  readonly scripts: Readonly<Record<string, readonly Script[]>>

  constructor(scripts: Readonly<Record<string, readonly Script[]>> = {}) {
    this.scripts = scripts
  }

  get events(): RunEvent[] {
    return this.journal.events.map(({ event }) => event)
  }

  get types(): string[] {
    return this.events.map((event) => ('step' in event ? `${event.type} ${event.step}` : event.type))
  }

  get environment() {
    return environment({
      Clock: this.clock.handlers,
      Random: { uint32: () => this.#draw() } as unknown as PortHandlers,
      Journal: this.journal.handlers as unknown as PortHandlers,
      Executor: this.#executor(),
    })
  }

  /** Runs the engine to its end, or until the runtime crashed (null). */
  run(options: EngineOptions, onFiber?: (fiber: Fiber<RunResult>) => void): Exit<RunResult> | null {
    const runtime = new Runtime({ adoptsPromises: false })
    const env = this.environment
    const task = runEngine(options)
    if (onFiber === undefined) return driveSync(task, env, { runtime, time: this.clock })
    const fiber = runtime.start(task, env)
    onFiber(fiber)
    do runtime.pump()
    while (fiber.done.exit === null && this.clock.advance())
    const { exit } = fiber.done
    return exit?.kind === 'success' ? exit.value : null
  }

  #draw(): number {
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0
    return this.#random
  }

  #executor(): PortHandlers {
    const after = (ms: number, act: () => unknown, context?: CallContext, slow = 0) =>
      this.#after(ms, act, context, slow)
    return {
      perform: (invocation: Invocation, context: CallContext) => {
        this.invocations.push(invocation)
        const scripts = this.scripts[invocation.step] ?? [{ ms: 1 }]
        const script = scripts[Math.min(invocation.attempt, scripts.length) - 1] as Script
        this.active += 1
        this.activeMax = Math.max(this.activeMax, this.active)
        const act = () => {
          if (script.error !== undefined) throw script.error()
          const output = script.output ?? null
          const { skipped } = script
          return skipped === undefined
            ? { output, exercised: 'sandbox' }
            : { output, exercised: 'no', skipped }
        }
        return after(script.ms, act, context, script.acknowledgeMs)
      },
      undo: ({ step }: { step: string }) => {
        this.undone.push(step)
      },
      held: () => this.held,
      release: ({ ids }: { ids: readonly string[] }) =>
        after(this.releaseMs, () => {
          this.released.push(...ids)
          this.held = this.held.filter((each) => !ids.includes(each.obligation.id))
          return []
        }),
      survey: () => ({
        unexplained: [],
        unchecked: [],
        volatileKinds: this.volatileKinds,
        fetchingKinds: this.fetchingKinds,
      }),
    } as unknown as PortHandlers
  }

  /** A call that takes virtual time; a cancel ends it (after its acknowledgement) with `cancelled`. */
  #after(
    ms: number,
    act: () => unknown,
    context: CallContext | undefined,
    slowMs: number,
  ): Deferred<unknown> {
    const done = new Deferred<unknown>()
    const settle = (give: () => unknown) => {
      if (done.exit !== null) return
      if (context !== undefined) this.active -= 1
      try {
        done.succeed(give())
      } catch (error) {
        done.fail(error)
      }
    }
    const later = (delay: number, give: () => unknown) => {
      const timer = this.clock.handlers.sleep?.({ ms: delay } as never, { onCancel: () => {} })
      ;(timer as Deferred<undefined>).subscribe(() => settle(give))
    }
    later(ms, act)
    context?.onCancel(() =>
      later(slowMs, () => {
        throw new OperatingError('cancelled', 'the call was told to stop')
      }),
    )
    return done
  }
}

/** The value of a run that ended by itself. */
export function resultOf(exit: Exit<RunResult> | null): RunResult {
  if (exit?.kind !== 'success') throw new Error(`the run ended with ${JSON.stringify(exit)}`)
  return exit.value
}
