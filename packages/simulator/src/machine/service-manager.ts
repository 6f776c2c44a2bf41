import {
  type CallContext,
  Deferred,
  type HttpContract,
  type HttpRequest,
  type HttpResponse,
  OperatingError,
  type PortHandler,
  type ServiceStatus,
  type ServicesContract,
  type Task,
  type Unit,
} from '@dr-drill/runbook-core'
import type { RandomStream } from '../kernel/index.ts'
import { AnswerAtHand } from '../stemedb/index.ts'
import { type Listener, type ServiceHost, SimulatedService } from './service.ts'
import { SimulatedTimer } from './timer.ts'

/** What a service manager needs besides what its services need. */
export interface ServiceManagerOptions extends Omit<ServiceHost, 'listen'> {
  readonly random: RandomStream
}

type AnyUnit = SimulatedService | SimulatedTimer

/** The service manager of a simulated machine, and the endpoints of what it runs. */
export class ServiceManager {
  readonly #host: ServiceHost
  readonly #options: ServiceManagerOptions
  readonly #services = new Map<string, SimulatedService>()
  readonly #timers = new Map<string, SimulatedTimer>()
  readonly #enabled = new Set<string>()
  readonly #listeners = new Map<string, Listener>()
  readonly #occupied = new Set<string>()
  readonly #awaited = new Map<string, readonly ((unit: AnyUnit) => void)[]>()
  /** When each endpoint began to be served, drill time ms; kept until somebody serves it anew. */
  readonly #servedSince = new Map<string, number>()
  #isStill = false

  constructor(options: ServiceManagerOptions) {
    this.#options = options
    this.#host = {
      ...options,
      listen: (listener, endpoint) => this.#listen(listener, endpoint),
    }
  }

  /** The port Services. */
  get handlers(): PortHandler<ServicesContract> {
    return {
      install: ({ units }) => {
        for (const unit of units) this.#install(unit)
      },
      start: ({ name }) => this.#start(name),
      stop: ({ name }) => this.#stop(name),
      enable: ({ name }) => {
        this.#demandUnit(name)
        this.#enabled.add(name)
      },
      disable: ({ name }) => {
        this.#demandUnit(name)
        this.#enabled.delete(name)
      },
      runOnce: ({ name, timeoutMs }, context) => this.service(name).runOnce(timeoutMs, context),
      status: ({ names }) => names.map((name) => this.#status(name)),
      log: ({ name, linesMax }) => (linesMax <= 0 ? [] : this.service(name).log.slice(-linesMax)),
    }
  }

  /** The port Http: endpoints of this machine, asked by a client on it. */
  get http(): PortHandler<HttpContract> {
    const request = (input: HttpRequest, context: CallContext) => this.#request(input, context)
    return { ask: request, tell: request }
  }

  /** Drill time since when an endpoint is served without a break; null while it is not. */
  servedSince(endpoint: string): number | null {
    return this.isServing(endpoint) ? (this.#servedSince.get(endpoint) ?? null) : null
  }

  isServing(endpoint: string): boolean {
    const listener = this.#listeners.get(endpoint)
    return listener !== undefined && !listener.process.isDead && !listener.process.isPaused
  }

  /** Endpoints that are served, in the order in which they began to be. */
  get servedEndpoints(): readonly string[] {
    return [...this.#listeners.keys()].filter((endpoint) => this.isServing(endpoint))
  }

  /** @throws service-failed when no such service is installed */
  service(name: string): SimulatedService {
    const service = this.#services.get(name)
    if (service === undefined) throw notInstalled(name)
    return service
  }

  /** The service of that name, installed or not: faults may wait for one. */
  find(name: string): SimulatedService | null {
    return this.#services.get(name) ?? null
  }

  /** A stranger listens there from now on. */
  occupy(endpoint: string): () => void {
    this.#occupied.add(endpoint)
    return () => void this.#occupied.delete(endpoint)
  }

  /** Calls with a unit now, or as soon as one of that name is installed. */
  whenInstalled(name: string, then: (unit: AnyUnit) => void): void {
    const unit = this.#services.get(name) ?? this.#timers.get(name)
    if (unit !== undefined) then(unit)
    else this.#awaited.set(name, [...(this.#awaited.get(name) ?? []), then])
  }

  /** Lets all processes stand still, or move unless their service hangs. */
  setStandstill(isStill: boolean): void {
    if (isStill !== this.#isStill) for (const timer of this.#timers.values()) timer.setStandstill(isStill)
    this.#isStill = isStill
    for (const { process, isHung } of this.#services.values()) {
      if (process !== null) process.isPaused = isStill || isHung
    }
  }

  /** History time no longer passes as timers foresaw it. */
  clockChanged(): void {
    for (const timer of this.#timers.values()) timer.rearm()
  }

  /** The power fails: nothing runs any more. */
  powerLost(): void {
    for (const timer of this.#timers.values()) timer.stop()
    for (const service of this.#services.values()) service.vanish()
    this.#listeners.clear()
  }

  /** The machine boots: what is enabled starts. */
  boot(): void {
    for (const name of this.#enabled) {
      this.#timers.get(name)?.start()
      const service = this.#services.get(name)
      if (service?.unit.type === 'daemon') service.startQuietly()
    }
  }

  #install(unit: Unit): void {
    const known = unit.kind === 'service' ? this.#services.get(unit.name) : this.#timers.get(unit.name)
    if (known !== undefined) {
      ;(known as { unit: Unit }).unit = unit
      return
    }
    const made =
      unit.kind === 'service'
        ? new SimulatedService(unit, this.#host)
        : new SimulatedTimer(unit, {
            kernel: this.#host.kernel,
            clock: this.#host.clock,
            delayMs: this.#options.random.split(unit.name).integer(0, unit.accuracyMs),
            elapse: (timer) => this.#elapsed(timer),
          })
    if (made instanceof SimulatedService) this.#services.set(unit.name, made)
    else this.#timers.set(unit.name, made)
    for (const then of this.#awaited.get(unit.name) ?? []) then(made)
    this.#awaited.delete(unit.name)
  }

  #elapsed(timer: SimulatedTimer): void {
    if (timer.isSilent) this.#host.met(`timer-silent ${timer.unit.name}`)
    else this.#host.whenMoving(() => this.#services.get(timer.unit.service)?.elapse())
  }

  #start(name: string): void {
    const timer = this.#timers.get(name)
    if (timer === undefined) this.service(name).start()
    else {
      if (timer.isSilent) this.#host.met(`timer-silent ${name}`)
      timer.start()
    }
  }

  #stop(name: string): void | Task<void> {
    this.#timers.get(name)?.stop()
    return this.#services.get(name)?.stop()
  }

  #status(name: string): ServiceStatus {
    const timer = this.#timers.get(name)
    const service = this.#services.get(name)
    return {
      name,
      installed: timer !== undefined || service !== undefined,
      enabled: this.#enabled.has(name),
      state: timer === undefined ? (service?.state ?? 'inactive') : timer.isActive ? 'active' : 'inactive',
      invocation: service?.invocation ?? null,
      lastExitCode: service?.lastExitCode ?? null,
      nextElapseAt: timer?.nextAt ?? null,
      lastRunAt: timer === undefined ? (service?.lastRunAt ?? null) : timer.lastRunAt,
    }
  }

  #demandUnit(name: string): void {
    if (!this.#services.has(name) && !this.#timers.has(name)) throw notInstalled(name)
  }

  #listen(listener: Listener, endpoint: string): void {
    if (this.#occupied.has(endpoint)) {
      this.#host.met(`endpoint-occupied ${endpoint}`)
      throw new OperatingError('environment-lacking', `cannot listen: ${endpoint} is taken (EADDRINUSE)`)
    }
    this.#listeners.set(endpoint, listener)
    this.#servedSince.set(endpoint, this.#host.kernel.nowMs)
  }

  #request(request: HttpRequest, context: CallContext): HttpResponse | Deferred<HttpResponse> {
    const { endpoint, timeoutMs, responseBytesMax } = request
    if (this.#occupied.has(endpoint)) {
      this.#host.met(`endpoint-occupied ${endpoint}`)
      return { status: 200, contentType: 'text/html', text: '<html><body><h1>It works!</h1></body></html>' }
    }
    const listener = this.#listeners.get(endpoint)
    if (listener === undefined || listener.process.isDead) {
      throw new OperatingError('connection-failed', `nothing listens at ${endpoint}`, { subject: endpoint })
    }
    if (listener.process.isPaused) this.#host.met(`service-hung ${listener.process.name}`)
    const result = new Deferred<HttpResponse>()
    const settle = (end: () => void): void => {
      cancel()
      if (result.exit === null) end()
    }
    const cancel = this.#host.kernel.after(timeoutMs, () => {
      const late = `${endpoint} did not answer within ${timeoutMs} ms`
      settle(() => result.fail(new OperatingError('timed-out', late, { subject: endpoint })))
    })
    context.onCancel(() => {
      settle(() => result.fail(new OperatingError('cancelled', 'nobody waits for the answer any more')))
    })
    listener.process.answer(listener.serve(request), listener.environment).subscribe((exit) => {
      settle(() => {
        if (exit.kind === 'success' && isTooLong(exit.value, responseBytesMax)) {
          result.fail(new OperatingError('response-invalid', `the answer of ${endpoint} is too large`))
        } else result.settle(exit)
      })
    })
    return result
  }
}

/** What is at hand is not rendered to be measured. */
function isTooLong(answer: HttpResponse, lengthMax: number): boolean {
  if (answer instanceof AnswerAtHand) return answer.isLongerThan(lengthMax)
  return answer.text.length > lengthMax
}

function notInstalled(name: string): OperatingError {
  return new OperatingError('service-failed', `no unit ${name} is installed`, {
    subject: name,
    hint: 'Install the units of the service first.',
  })
}
