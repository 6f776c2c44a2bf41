import {
  OperatingError,
  type PortHandler,
  type ServiceStatus,
  type ServicesContract,
  type Task,
  type Unit,
} from '@dr-drill/runbook-core'
import type { RandomStream } from '../kernel/index.ts'
import { Endpoints } from './endpoints.ts'
import { SimulatedService } from './service.ts'
import type { ServiceHost } from './service-host.ts'
import { SlowRequests } from './slow-requests.ts'
import { SimulatedTimer } from './timer.ts'

/** What a service manager needs besides what its services need. */
export interface ServiceManagerOptions extends Omit<ServiceHost, 'listen'> {
  readonly random: RandomStream
}

type AnyUnit = SimulatedService | SimulatedTimer

/** The service manager of a simulated machine, and the endpoints of what it runs. */
export class ServiceManager {
  readonly endpoints: Endpoints
  /** Requests that take their time. */
  readonly slow: SlowRequests
  readonly #host: ServiceHost
  readonly #options: ServiceManagerOptions
  readonly #services = new Map<string, SimulatedService>()
  readonly #timers = new Map<string, SimulatedTimer>()
  readonly #enabled = new Set<string>()
  readonly #awaited = new Map<string, readonly ((unit: AnyUnit) => void)[]>()
  #isStill = false

  constructor(options: ServiceManagerOptions) {
    this.#options = options
    this.endpoints = new Endpoints(options.kernel, options.met)
    this.slow = new SlowRequests(options.kernel, options.met)
    this.#host = {
      ...options,
      listen: (listener, endpoint) => this.endpoints.listen(listener, endpoint),
    }
  }

  /** The port Services. */
  get handlers(): PortHandler<ServicesContract> {
    const { slow } = this
    return {
      install: ({ units }, context) =>
        slow.pass('install', context, () => {
          for (const unit of units) this.#install(unit)
        }),
      start: ({ name }, context) => slow.pass('start', context, () => this.#start(name)),
      stop: ({ name }, context) => slow.pass('stop', context, () => this.#stop(name)),
      enable: ({ name }, context) => slow.pass('enable', context, () => this.#enable(name)),
      disable: ({ name }) => {
        this.#demandUnit(name)
        this.#enabled.delete(name)
      },
      runOnce: ({ name, timeoutMs }, context) => this.service(name).runOnce(timeoutMs, context),
      status: ({ names }, context) =>
        slow.pass('status', context, () => names.map((name) => this.statusOf(name))),
      log: ({ name, linesMax }) => (linesMax <= 0 ? [] : this.service(name).log.slice(-linesMax)),
    }
  }

  /** Whether somebody serves an endpoint now. */
  isServing(endpoint: string): boolean {
    return this.servedSince(endpoint) !== null
  }

  /** Drill time since when an endpoint is served without a break; null while it is not. */
  servedSince(endpoint: string): number | null {
    return this.endpoints.servedSince(endpoint)
  }

  /** @throws service-failed when no such service is installed */
  service(name: string): SimulatedService {
    const service = this.#services.get(name)
    if (service === undefined) throw notInstalled(name)
    return service
  }

  /** The service of that name; null when none is installed. */
  find(name: string): SimulatedService | null {
    return this.#services.get(name) ?? null
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
    for (const { server, isHung } of this.#services.values()) {
      if (server !== null) server.isPaused = isStill || isHung
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
    this.endpoints.clear()
  }

  /** The machine boots: what is enabled starts. */
  boot(): void {
    for (const name of this.#enabled) {
      this.#timers.get(name)?.start()
      const service = this.#services.get(name)
      if (service?.unit.type === 'daemon') service.startQuietly()
    }
  }

  /** Somebody installs units, and one of them is enabled and runs. */
  run(units: readonly Unit[], running: string): void {
    for (const unit of units) this.#install(unit)
    this.#enable(running)
    this.#start(running)
  }

  #enable(name: string): void {
    this.#demandUnit(name)
    this.#enabled.add(name)
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
    if (this.statusOf(name).state === 'active') this.#host.met(`unit-stopped ${name}`)
    this.#timers.get(name)?.stop()
    return this.#services.get(name)?.stop()
  }

  /** A unit's state, as its manager tells it; one that is not installed is inactive. */
  statusOf(name: string): ServiceStatus {
    const timer = this.#timers.get(name)
    const service = this.#services.get(name)
    // It hangs in its start-up: nobody meets it at its endpoint, and whoever waits for it asks here.
    const server = service?.isHung === true ? service.server : null
    if (server !== null && !this.endpoints.isListening(server)) this.#host.met(`service-hung ${name}`)
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
}

function notInstalled(name: string): OperatingError {
  return new OperatingError('service-failed', `no unit ${name} is installed`, {
    subject: name,
    hint: 'Install the units of the service first.',
  })
}
