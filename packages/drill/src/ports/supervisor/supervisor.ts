import {
  type CallContext,
  OperatingError,
  type PortHandler,
  type ServiceStatus,
  type ServicesContract,
  type ServiceUnit,
} from '@dr-drill/runbook-core'
import { type ServiceHost, SupervisedService } from './supervised-service.ts'
import { SupervisedTimer } from './supervised-timer.ts'
import type { UnitStore } from './unit-store.ts'

/** What a supervisor needs. */
export interface SupervisorOptions {
  readonly host: ServiceHost
  readonly store: UnitStore
  /** Told when a run that a timer started has failed; its lines are in the log. */
  onTimerFailure(service: string, error: unknown): void
}

/** The host's service manager where there is none: units as child processes of this process. */
export interface Supervisor {
  readonly handlers: PortHandler<ServicesContract>
  /** True while a process of the service runs. */
  isRunning(service: string): boolean
  /** Ends every timer and process, within the given patience or the unit's own if that is shorter. */
  close(patienceMs: number): Promise<void>
}

/** A supervisor with the units that its store remembers. None of them runs yet: processes never outlive their supervisor. */
export function supervisor(options: SupervisorOptions): Supervisor {
  const manager = new Manager(options)
  return {
    handlers: manager.handlers(),
    isRunning: (service) => manager.isRunning(service),
    close: (patienceMs) => manager.close(patienceMs),
  }
}

class Manager {
  readonly #options: SupervisorOptions
  readonly #services = new Map<string, SupervisedService>()
  readonly #timers = new Map<string, SupervisedTimer>()
  readonly #enabled = new Set<string>()

  constructor(options: SupervisorOptions) {
    this.#options = options
    const state = options.store.load()
    for (const unit of state.units) this.#install(unit)
    for (const name of state.enabled) this.#enabled.add(name)
  }

  handlers(): PortHandler<ServicesContract> {
    return {
      install: ({ units }) => {
        for (const unit of units) this.#install(unit)
        this.#save()
      },
      start: ({ name }) => this.#start(name),
      stop: ({ name }) => this.#stop(name),
      enable: ({ name }) => this.#setEnabled(name, true),
      disable: ({ name }) => this.#setEnabled(name, false),
      runOnce: ({ name, timeoutMs }, context: CallContext) =>
        this.#service(name).runOnce(timeoutMs, (listener) => context.onCancel(listener)),
      status: ({ names }) => names.map((name) => this.#status(name)),
      log: ({ name, linesMax }) => this.#service(name).log.newest(linesMax),
    }
  }

  isRunning(service: string): boolean {
    return this.#services.get(service)?.invocation != null
  }

  async close(patienceMs: number): Promise<void> {
    for (const timer of this.#timers.values()) timer.stop()
    await Promise.all(
      [...this.#services.values()].map((service) =>
        service.stop(Math.min(patienceMs, service.unit.stopTimeoutMs)),
      ),
    )
  }

  #install(unit: ServiceUnit | SupervisedTimer['unit']): void {
    if (unit.kind === 'service') {
      const known = this.#services.get(unit.name)
      if (known === undefined) this.#services.set(unit.name, new SupervisedService(unit, this.#options.host))
      else known.unit = unit
      return
    }
    const known = this.#timers.get(unit.name)
    if (known !== undefined) {
      known.unit = unit
      return
    }
    const elapse = (): void => this.#elapse(this.#timers.get(unit.name)?.unit.service ?? unit.service)
    this.#timers.set(unit.name, new SupervisedTimer(unit, this.#options.host.historyNow, elapse))
  }

  #elapse(name: string): void {
    const failed = (error: unknown): void => this.#options.onTimerFailure(name, error)
    const service = this.#services.get(name)
    if (service === undefined) failed(notInstalled(name))
    else service.runOnce(service.unit.startTimeoutMs, () => {}).catch(failed)
  }

  async #start(name: string): Promise<void> {
    const timer = this.#timers.get(name)
    if (timer !== undefined) timer.start()
    else await this.#service(name).start()
  }

  async #stop(name: string): Promise<void> {
    this.#timers.get(name)?.stop()
    await this.#services.get(name)?.stop()
  }

  #setEnabled(name: string, enabled: boolean): void {
    if (!this.#services.has(name) && !this.#timers.has(name)) throw notInstalled(name)
    if (enabled) this.#enabled.add(name)
    else this.#enabled.delete(name)
    this.#save()
  }

  #service(name: string): SupervisedService {
    const service = this.#services.get(name)
    if (service === undefined) throw notInstalled(name)
    return service
  }

  #status(name: string): ServiceStatus {
    const timer = this.#timers.get(name)
    const service = this.#services.get(name)
    const common = {
      name,
      installed: timer !== undefined || service !== undefined,
      enabled: this.#enabled.has(name),
    }
    if (timer !== undefined) {
      return {
        ...common,
        state: timer.active ? 'active' : 'inactive',
        invocation: null,
        lastExitCode: null,
        nextElapseAt: timer.nextAt,
        lastRunAt: timer.lastRunAt,
      }
    }
    return {
      ...common,
      state: service?.state ?? 'inactive',
      invocation: service?.invocation ?? null,
      lastExitCode: service?.lastExitCode ?? null,
      nextElapseAt: null,
      lastRunAt: service?.lastRunAt ?? null,
    }
  }

  #save(): void {
    this.#options.store.save({
      units: [
        ...[...this.#services.values()].map((service) => service.unit),
        ...[...this.#timers.values()].map((timer) => timer.unit),
      ],
      enabled: [...this.#enabled],
    })
  }
}

const notInstalled = (name: string) =>
  new OperatingError('service-failed', `no unit ${name} is installed`, {
    subject: name,
    hint: 'Install the units of the service first.',
  })
