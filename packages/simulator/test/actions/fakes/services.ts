import {
  compareUtf8,
  OperatingError,
  type PortHandler,
  type ServiceStatus,
  type ServicesContract,
  type Unit,
} from '@dr-drill/runbook-core'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** A service manager in memory: units with a state, an identity per start and a log. */
export class FakeServices {
  readonly units = new Map<string, Mutable<ServiceStatus>>()
  readonly logs = new Map<string, string[]>()
  readonly installed: Unit[] = []
  /** What starting or running a unit does to the world; a throw fails the call. */
  onRun: (name: string) => void = () => undefined
  /** Units that are dead as soon as they are started. */
  readonly dying = new Set<string>()
  #starts = 0

  /** Puts a unit there. */
  add(name: string, more: Partial<ServiceStatus> = {}): this {
    const blank = { enabled: false, state: 'inactive', invocation: null, lastExitCode: null } as const
    this.units.set(name, { name, installed: true, ...blank, nextElapseAt: null, lastRunAt: null, ...more })
    return this
  }

  readonly handlers: PortHandler<ServicesContract> = {
    install: ({ units }) => {
      for (const unit of units) if (!this.units.has(unit.name)) this.add(unit.name)
      this.installed.splice(0, this.installed.length, ...units)
    },
    start: ({ name }) => this.#start(name),
    stop: ({ name }) => {
      Object.assign(this.#unit(name), { state: 'inactive', invocation: null, nextElapseAt: null })
    },
    enable: ({ name }) => {
      this.#unit(name).enabled = true
    },
    disable: ({ name }) => {
      this.#unit(name).enabled = false
    },
    runOnce: ({ name }) => {
      this.#unit(name)
      this.onRun(name)
    },
    status: ({ names }) => names.map((name) => ({ ...this.#statusOf(name) })),
    log: ({ name, linesMax }) => (this.logs.get(name) ?? []).slice(-linesMax),
  }

  #start(name: string): void {
    const unit = this.#unit(name)
    this.onRun(name)
    if (this.dying.has(name)) {
      Object.assign(unit, { state: 'failed', invocation: null, lastExitCode: 1 })
      return
    }
    if (unit.state === 'active') return
    this.#starts += 1
    const timer = name.endsWith('.timer')
    Object.assign(unit, {
      state: 'active',
      invocation: timer ? null : `start-${this.#starts}`,
      nextElapseAt: timer ? 1_000 : null,
    })
  }

  #unit(name: string): Mutable<ServiceStatus> {
    const unit = this.units.get(name)
    if (unit === undefined) throw new OperatingError('service-failed', `there is no unit ${name}`)
    return unit
  }

  #statusOf(name: string): ServiceStatus {
    return (
      this.units.get(name) ?? {
        name,
        installed: false,
        enabled: false,
        state: 'inactive',
        invocation: null,
        lastExitCode: null,
        nextElapseAt: null,
        lastRunAt: null,
      }
    )
  }

  /** States without identities: equal for worlds that differ in how often something was started. */
  get image(): unknown {
    const units = [...this.units.values()]
    return units
      .map(({ name, state, enabled, installed }) => [name, state, enabled, installed])
      .sort((a, b) => compareUtf8(String(a[0]), String(b[0])))
  }
}
