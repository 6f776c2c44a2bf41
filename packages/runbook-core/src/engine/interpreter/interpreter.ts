import { backoffMs, fork, Mailbox, sleep, type Task } from '../../effects/index.ts'
import { invariant } from '../../errors/index.ts'
import type { RunEvent } from '../../journal/events.ts'
import { Clock, Random } from '../../ports/index.ts'
import { Journal } from '../executor.ts'
import { type RunFacts, resultSteps, runFacts, scopeOf } from '../scope.ts'
import type { EngineEffect } from '../state/engine-effect.ts'
import type { RunState } from '../state/run-state.ts'
import { DEADLINE_REASON, transition } from '../state/transition.ts'
import { beginStep } from './begin-step.ts'
import { Flights } from './flights.ts'
import type { EngineOptions } from './options.ts'
import { performStep } from './perform-step.ts'

type Finish = Extract<EngineEffect, { readonly do: 'finish' }>

/** What comes to the interpreter: an event, a wait that is over, or a step that was told to stop. */
type Item =
  | { readonly is: 'event'; readonly event: RunEvent }
  | { readonly is: 'waited'; readonly step: number }
  | { readonly is: 'stopped'; readonly step: number }

/** Events that must not be lost once they are acted on; all others ride along with the next of these or the next intent. */
const DURABLE: ReadonlySet<RunEvent['type']> = new Set([
  'run-started',
  'run-resumed',
  'run-ended',
  'cancel-requested',
  'approval-given',
  'step-undone',
  'clock-marked',
])

/**
 * Performs what `transition` asks for and feeds it the events that come of it, each journalled before it is acted on. One event at
 * a time; only actions and waits run beside it.
 */
export class Interpreter {
  readonly options: EngineOptions
  state: RunState
  #finish: Finish | null = null
  #facts: RunFacts | null = null
  #startedAt = 0
  #baseMs: number
  readonly #items: Item[] = []
  readonly #mailbox = new Mailbox<Item>()
  readonly #flights = new Flights()

  constructor(options: EngineOptions, state: RunState) {
    this.options = options
    this.state = state
    const { resume } = options
    this.#baseMs = resume === null ? 0 : resume.lastAt + resume.gapMs
  }

  /** Journals the events that begin (or resume) a run; answers what they call for. */
  *open(events: readonly RunEvent[]): Task<EngineEffect[]> {
    this.#startedAt = yield* Clock.drillNow({})
    return yield* this.record(events)
  }

  /** Performs effects and what follows from them until the run is to be finished. */
  *run(effects: readonly EngineEffect[]): Task<Finish> {
    if (this.options.deadlineMs !== null) yield* fork(this.#deadline(this.options.deadlineMs), 'deadline')
    for (const effect of effects) yield* this.#perform(effect)
    while (this.#finish === null) {
      const item = this.#items.shift() ?? (yield* this.#mailbox.receive())
      yield* this.#handle(item)
    }
    return this.#finish
  }

  /**
   * Makes events part of the state and journals them together; answers what they call for, which is done afterwards only. The state
   * comes first because an interrupt may strike while the journal writes: by then both have the events.
   */
  *record(events: readonly RunEvent[]): Task<EngineEffect[]> {
    if (events.length === 0) return []
    const effects: EngineEffect[] = []
    for (const event of events) {
      const [next, more] = transition(this.state, event)
      this.state = next
      effects.push(...more)
    }
    yield* Journal.append({ events, durable: events.some((event) => DURABLE.has(event.type)) })
    return effects
  }

  /** Ends what is under way, and keeps every result that was on its way already. */
  *stopAll(): Task<void> {
    yield* this.#flights.stopAll()
    while (this.#items.length > 0 || !this.#mailbox.isEmpty) {
      const item = this.#items.shift() ?? (yield* this.#mailbox.receive())
      if (item.is === 'event') yield* this.record([item.event])
    }
  }

  /** Ends what is under way and forgets its results: for a run whose journal takes nothing more. */
  *halt(): Task<void> {
    yield* this.#flights.stopAll()
  }

  /** `step-interrupted` for every step that is still under way in the state. */
  interruptions(): RunEvent[] {
    return this.state.inFlight.map((step) => this.#interruption(step))
  }

  *#handle(item: Item): Task<void> {
    if (item.is === 'event') return yield* this.#follow(item.event)
    if (item.is === 'waited' && this.state.phase !== 'stopping') {
      this.#flights.forget(item.step)
      return yield* this.#perform({ do: 'begin', step: item.step })
    }
    if (this.state.inFlight.includes(item.step)) yield* this.#follow(this.#interruption(item.step))
  }

  *#follow(event: RunEvent): Task<void> {
    const index = 'step' in event ? this.state.graph.indexOf.get(event.step) : undefined
    if (index !== undefined) this.#flights.forget(index)
    const effects = yield* this.record([event])
    const isGate = event.type === 'step-succeeded' && event.step === this.options.runbook.gate
    if (isGate) yield* this.record([yield* this.#mark('gate-passed')])
    for (const effect of effects) yield* this.#perform(effect)
  }

  *#mark(name: 'gate-passed'): Task<RunEvent> {
    const now = yield* Clock.drillNow({})
    return { type: 'clock-marked', name, at: this.#baseMs + now - this.#startedAt, domain: 'drill' }
  }

  *#perform(effect: EngineEffect): Task<void> {
    switch (effect.do) {
      case 'begin':
        this.#queue(this.#begin(effect.step))
        break
      case 'perform':
        yield* this.#launch(effect)
        break
      case 'draw-backoff': {
        const step = this.state.graph.steps[effect.step]!
        const { attemptsForgiven } = this.state.steps.get(effect.step)
        const next = effect.attempt - attemptsForgiven + 1
        const delayMs = backoffMs(step.retry, next, yield* Random.uint32({}))
        this.#queue({ type: 'step-retry-scheduled', step: step.id, attempt: effect.attempt, delayMs })
        break
      }
      case 'wait': {
        const { step } = effect
        const id = this.state.graph.steps[step]?.id ?? ''
        const wait = sleep(effect.delayMs)
        yield* this.#flights.start(step, `${id}/backoff`, wait, () =>
          this.#mailbox.send({ is: 'waited', step }),
        )
        break
      }
      case 'interrupt':
        yield* this.#flights.stop(effect.steps)
        for (const step of effect.steps) {
          if (!this.#flights.hasReported(step)) this.#items.push({ is: 'stopped', step })
        }
        break
      case 'finish':
        this.#finish = effect
    }
  }

  #queue(event: RunEvent): void {
    this.#items.push({ is: 'event', event })
  }

  #begin(index: number): RunEvent {
    invariant(this.state.started, 'steps begin after the run has started')
    this.#facts ??= runFacts(this.state, this.state.started)
    const { identity, checksums } = this.options
    return beginStep(this.state, index, this.#facts, identity.runId, checksums)
  }

  *#launch(effect: Extract<EngineEffect, { do: 'perform' }>): Task<void> {
    const step = this.state.graph.steps[effect.step]!
    const { effects: effectsBefore, approvedBy } = this.state.steps.get(effect.step)
    const { attempt, input, key } = effect
    const invocation = {
      runId: this.options.identity.runId,
      step: step.id,
      kind: step.action.kind,
      input,
      attempt,
      key,
      effectsBefore,
      approvedBy,
      baselined: this.state.baselined,
    }
    invariant(this.#facts, 'a step was begun before it is performed')
    const scope = scopeOf(this.state, this.#facts, resultSteps(step))
    const work = performStep(step, invocation, scope, this.options.checksums)
    const report = (event: RunEvent) => this.#mailbox.send({ is: 'event', event })
    yield* this.#flights.start(effect.step, step.id, work, report)
  }

  #interruption(index: number): RunEvent {
    const step = this.state.graph.steps[index]!
    return { type: 'step-interrupted', step: step.id, attempt: this.state.steps.get(index).attempt }
  }

  *#deadline(ms: number): Task<void> {
    yield* sleep(ms)
    this.#mailbox.send({ is: 'event', event: { type: 'cancel-requested', reason: DEADLINE_REASON } })
  }
}
