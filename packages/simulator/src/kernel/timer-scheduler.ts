import {
  attempt,
  Clock,
  Deferred,
  type Fiber,
  fork,
  interruptFiber,
  invariant,
  Mailbox,
  nextElapseAt,
  type OperatingError,
  sleep,
  type Task,
  type TimerUnit,
} from '@dr-drill/runbook-core'

/** What is known of a timer. */
export interface TimerStatus {
  readonly enabled: boolean
  /** History time ms, accuracy included; null while disabled. */
  readonly nextElapseAt: number | null
}

/** What is known of a service that timers start. */
export interface RunStatus {
  readonly running: boolean
  /** History time ms at which it was last started; null when never. */
  readonly lastStartedAt: number | null
  /** Why its last run that ended failed; null when it succeeded or none has ended. */
  readonly lastFailure: OperatingError | null
}

interface ServiceRun {
  status: RunStatus
  /** Settled when the run under way has ended. */
  ended: Deferred<null> | null
}

type Request =
  | { readonly kind: 'enable' | 'disable'; readonly timer: TimerUnit }
  | { readonly kind: 'start'; readonly service: string }

const NEVER_RUN: RunStatus = { running: false, lastStartedAt: null, lastFailure: null }

/**
 * Runs services when their timers elapse, as systemd does: a start that is asked for while the service still runs joins that run, so
 * one service never runs twice at once; a run that fails is remembered and the timer goes on. Needs Clock only.
 */
export class TimerScheduler {
  readonly #run: (service: string) => Task<void>
  readonly #delayOf: (timer: TimerUnit) => number
  readonly #requests = new Mailbox<Request>()
  readonly #timers = new Map<string, { readonly fiber: Fiber<void>; nextAt: number | null }>()
  readonly #services = new Map<string, ServiceRun>()

  /**
   * `run` performs one run of a service. `delayOf` says how late within its accuracy this host lets a timer elapse, in
   * [0, accuracyMs]: constant per host and timer, as systemd's is.
   */
  constructor(run: (service: string) => Task<void>, delayOf: (timer: TimerUnit) => number = () => 0) {
    this.#run = run
    this.#delayOf = delayOf
  }

  /** Runs for ever; fork it first. Timers and services are its children and end with it. */
  *supervise(): Task<never> {
    for (;;) {
      const request = yield* this.#requests.receive()
      if (request.kind === 'start') yield* this.#start(request.service)
      else yield* this.#set(request.timer, request.kind === 'enable')
    }
  }

  /** Lets a timer elapse from now on. An enabled one is fine. */
  enable(timer: TimerUnit): void {
    this.#requests.send({ kind: 'enable', timer })
  }

  /** Stops a timer; a run of its service goes on to its end. */
  disable(timer: TimerUnit): void {
    this.#requests.send({ kind: 'disable', timer })
  }

  /** Starts a service now, or joins its run under way, and waits for its end. @throws what the run throws */
  *runOnce(service: string): Task<void> {
    const entry = this.#entry(service)
    if (entry.ended === null) entry.ended = new Deferred<null>()
    const { ended } = entry
    if (!entry.status.running) this.#requests.send({ kind: 'start', service })
    yield* ended.wait()
    if (entry.status.lastFailure !== null) throw entry.status.lastFailure
  }

  timerStatus(name: string): TimerStatus {
    const timer = this.#timers.get(name)
    return { enabled: timer !== undefined, nextElapseAt: timer?.nextAt ?? null }
  }

  runStatus(service: string): RunStatus {
    return this.#services.get(service)?.status ?? NEVER_RUN
  }

  *#set(timer: TimerUnit, enabled: boolean): Task<void> {
    const held = this.#timers.get(timer.name)
    if (enabled && held === undefined) {
      const entry = { fiber: yield* fork(this.#tick(timer), timer.name), nextAt: null }
      this.#timers.set(timer.name, entry)
    } else if (!enabled && held !== undefined) {
      this.#timers.delete(timer.name)
      yield* interruptFiber(held.fiber)
    }
  }

  *#tick(timer: TimerUnit): Task<void> {
    const delayMs = this.#delayOf(timer)
    invariant(delayMs >= 0 && delayMs <= timer.accuracyMs, `${timer.name} is late by its accuracy at most`)
    let elapsedAt = yield* Clock.historyNow({})
    for (;;) {
      const at = nextElapseAt(timer, elapsedAt)
      const entry = this.#timers.get(timer.name)
      if (entry !== undefined) entry.nextAt = at + delayMs
      yield* sleep(Math.max(0, at + delayMs - (yield* Clock.historyNow({}))))
      this.#requests.send({ kind: 'start', service: timer.service })
      // A machine that slept through several elapses runs once, not once for each.
      elapsedAt = Math.max(at, (yield* Clock.historyNow({})) - delayMs)
    }
  }

  *#start(service: string): Task<void> {
    const entry = this.#entry(service)
    if (entry.status.running) return
    entry.ended ??= new Deferred<null>()
    entry.status = { ...entry.status, running: true, lastStartedAt: yield* Clock.historyNow({}) }
    yield* fork(this.#perform(service, entry), service)
  }

  *#perform(service: string, entry: ServiceRun): Task<void> {
    const result = yield* attempt(this.#run(service))
    entry.status = { ...entry.status, running: false, lastFailure: result.ok ? null : result.error }
    const { ended } = entry
    entry.ended = null
    ended?.succeed(null)
  }

  #entry(service: string): ServiceRun {
    let entry = this.#services.get(service)
    if (entry === undefined) {
      entry = { status: NEVER_RUN, ended: null }
      this.#services.set(service, entry)
    }
    return entry
  }
}
