import {
  Deferred,
  type Environment,
  type HostFacts,
  OperatingError,
  type PortHandlers,
  type ServiceUnit,
  utf8Decode,
} from '@dr-drill/runbook-core'
import { type Actor, ROOT, type SimulatedDisk } from '../disk/index.ts'
import { type Kernel, type Processes, type RandomStream, randomHandlers } from '../kernel/index.ts'
import { MachineClock } from './clock.ts'
import { type CommandModels, commandHandlers } from './commands.ts'
import type { MachineControl } from './contract.ts'
import type { Durations } from './durations.ts'
import { hostEnvironment } from './host-environment.ts'
import { MachineFaults } from './machine-faults.ts'
import type { Programs } from './program.ts'
import { ServiceManager } from './service-manager.ts'
import { DiskTime, timedFiles } from './timed-files.ts'

const CONFIGURATION_BYTES_MAX = 65_536

/** What a machine is made from. */
export interface MachineOptions {
  readonly facts: HostFacts
  readonly kernel: Kernel
  readonly processes: Processes
  /** The machine's own stream. */
  readonly random: RandomStream
  readonly disk: SimulatedDisk
  /** History time at virtual time 0, ms, and how far this machine's clock is ahead of it. */
  readonly epochMs: number
  readonly skewMs?: number
  readonly durations: Durations
  /** What stands behind the names of its units. */
  readonly programs: Programs
  /** Ports that reach beyond the machine (ObjectStore, Dns, ...) or are given (Signer), for one of its accounts. */
  readonly ports: (account: Actor) => Readonly<Record<string, unknown>>
  /** Programs that `run-command` may run; default: the machine has no port Commands. */
  readonly commands?: CommandModels
  /** Accounts that exist; default: whichever is asked for. */
  readonly accounts?: readonly string[]
}

/** A simulated host: disk, clocks, accounts, services and power, and the ports of what runs on it. */
export class Machine {
  readonly name: string
  readonly disk: SimulatedDisk
  readonly clock: MachineClock
  readonly diskTime: DiskTime
  readonly services: ServiceManager
  /** The machine's ports as its superuser has them: what a runner on it uses. */
  readonly ports: Environment
  /** What may befall it. */
  readonly control: MachineControl
  /** Called when the power fails: what was under way from and to this machine breaks off. */
  readonly powerListeners: (() => void)[] = []
  /** Called with each process of a service that begins, whoever started it, and its configuration. */
  onLaunch: ((service: string, configuration: string) => void) | null = null
  /** What it is, as its port tells it. */
  facts: HostFacts
  readonly #options: MachineOptions
  readonly #accounts = new Map<string, Environment>()
  readonly #faults: MachineFaults
  #isOff = false
  #powerLosses = 0
  #invocations = 0
  /** Set while the machine is paused: settled when it moves again. */
  #standstill: Deferred<null> | null = null
  #pausedAtMs = 0
  #standsUntilMs = 0

  constructor(options: MachineOptions) {
    const { kernel, processes, disk, programs, random } = options
    this.#options = options
    this.name = options.facts.name
    this.facts = options.facts
    this.disk = disk
    this.clock = new MachineClock(kernel, options.epochMs, options.skewMs)
    this.diskTime = new DiskTime(kernel, options.durations)
    this.services = new ServiceManager({
      kernel,
      processes,
      disk,
      programs,
      clock: this.clock,
      random: random.split('timers'),
      environmentOf: (unit) => this.#account({ user: unit.user, groups: [unit.group] }),
      configurationOf: (unit) => this.#configuration(unit),
      nextInvocation: () => this.#nextInvocation(),
      launched: ({ name }, configuration) => this.onLaunch?.(name, configuration),
      met: (what) => this.#faults.met(what),
      whenMoving: (action) => this.#whenMoving(action),
    })
    this.#faults = new MachineFaults(this)
    this.control = this.#faults
    this.clock.onChange = () => this.services.clockChanged()
    this.ports = this.#account(ROOT)
  }

  /** Whether it has no power. */
  get isOff(): boolean {
    return this.#isOff
  }

  /** How often it has lost its power. */
  get powerLosses(): number {
    return this.#powerLosses
  }

  /** The power fails; it comes back `downMs` later, or when somebody switches it on (Infinity). False when it was off already. */
  losePower(downMs: number): boolean {
    if (this.#isOff) return false
    this.#isOff = true
    const random = this.#options.random.split(`power-loss/${this.#powerLosses}`)
    this.#powerLosses += 1
    this.services.powerLost()
    for (const listener of this.powerListeners) listener()
    this.disk.powerLoss(random)
    if (downMs !== Number.POSITIVE_INFINITY) this.#options.kernel.after(downMs, () => this.switchOn())
    return true
  }

  /** The power is there again: what is enabled starts. */
  switchOn(): void {
    if (!this.#isOff) return
    this.#isOff = false
    this.#whenMoving(() => this.services.boot())
  }

  /** Nothing on it moves for so long, its clock neither. */
  pause(ms: number): void {
    const { kernel } = this.#options
    this.#standsUntilMs = Math.max(this.#standsUntilMs, kernel.nowMs + ms)
    kernel.after(ms, () => this.#goOn())
    if (this.#standstill !== null) return
    this.#standstill = new Deferred<null>()
    this.#pausedAtMs = kernel.nowMs
    this.settle()
  }

  #goOn(): void {
    const { kernel } = this.#options
    const standstill = this.#standstill
    if (standstill === null || kernel.nowMs < this.#standsUntilMs) return
    this.#standstill = null
    this.clock.step(this.#pausedAtMs - kernel.nowMs)
    this.settle()
    standstill.succeed(null)
  }

  /** Lets processes stand still or move, as machine and services are now. */
  settle(): void {
    this.services.setStandstill(this.#standstill !== null)
    this.#options.processes.wake()
  }

  #whenMoving(action: () => void): void {
    if (this.#standstill === null) action()
    else this.#standstill.subscribe(() => action())
  }

  #nextInvocation(): string {
    this.#invocations += 1
    return `${this.name}-${this.#invocations}`
  }

  /** @throws connection-failed while the machine is off */
  #pass(): Deferred<null> | null {
    if (this.#isOff) {
      throw new OperatingError('connection-failed', `${this.name} is off`, { subject: this.name })
    }
    return this.#standstill
  }

  /** @throws file-missing, input-output */
  #configuration({ environmentFile: path }: ServiceUnit): string {
    if (path === null) return ''
    return utf8Decode(this.disk.handlers(ROOT).read({ path, offset: 0, length: CONFIGURATION_BYTES_MAX }))
  }

  #account(account: Actor): Environment {
    const known = this.#accounts.get(account.user)
    if (known !== undefined) return known
    const { commands } = this.#options
    const files = this.disk.handlers(account)
    const ports: Record<string, unknown> = {
      // Services know how long their start takes as a whole; a runner's own reading and writing takes its time here.
      FileSystem: account.user === ROOT.user ? timedFiles(files, this.diskTime) : files,
      Clock: this.clock.handlers,
      Random: randomHandlers(this.#options.random.split(`account/${account.user}`)),
      Log: { write: () => undefined },
      Services: this.services.handlers,
      Http: this.services.endpoints.http,
      Host: this.#host(),
      ...(commands === undefined ? {} : { Commands: commandHandlers(commands) }),
      ...this.#options.ports(account),
    }
    const made = hostEnvironment(ports as Record<string, PortHandlers>, { pass: () => this.#pass() })
    this.#accounts.set(account.user, made)
    return made
  }

  #host() {
    const { accounts } = this.#options
    return {
      facts: () => {
        this.#faults.met('facts-read')
        return this.facts
      },
      accounts: ({ names }: { names: readonly string[] }) =>
        Object.fromEntries(names.map((name) => [name, accounts?.includes(name) ?? true])),
    }
  }
}
