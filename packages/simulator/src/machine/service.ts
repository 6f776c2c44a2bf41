import {
  type CallContext,
  Deferred,
  type Environment,
  OperatingError,
  type ServiceStatus,
  type ServiceUnit,
  type Task,
} from '@dr-drill/runbook-core'
import type { SimulatedDisk } from '../disk/index.ts'
import type { Kernel, Process, Processes } from '../kernel/index.ts'
import type { MachineClock } from './clock.ts'
import type { ProcessHost, Program, Programs } from './program.ts'

/** Restarts within this window are counted, as systemd does. */
const RESTART_WINDOW_MS = 10_000
const RESTARTS_MAX = 5
const LOG_LINES_MAX = 1_000

/** Who answers at an endpoint. */
export interface Listener {
  readonly process: Process
  readonly serve: Parameters<ProcessHost['listen']>[1]
  readonly environment: Environment
}

/** What a service needs of the machine that runs it. */
export interface ServiceHost {
  readonly kernel: Kernel
  readonly processes: Processes
  readonly clock: MachineClock
  readonly disk: SimulatedDisk
  readonly programs: Programs
  /** The machine's ports as the unit's account has them. */
  environmentOf(unit: ServiceUnit): Environment
  /** Content of the unit's environment file; empty when it has none. @throws file-missing, input-output */
  configurationOf(unit: ServiceUnit): string
  /** Lets a process serve an endpoint, until it ends. @throws environment-lacking when a stranger listens there */
  listen(listener: Listener, endpoint: string): void
  nextInvocation(): string
  /** Something that befell the machine was met. */
  met(what: string): void
  /** Performs an action now, or when the machine moves again. */
  whenMoving(action: () => void): void
}

/** A process of a service, from its start to its end. */
interface Running {
  readonly process: Process
  readonly program: Program
  readonly host: ProcessHost
  /** Its exit code; null: it was killed. */
  readonly ended: Deferred<number | null>
}

/** One service of a machine: at most one process of it runs; the restart policy is its unit's. */
export class SimulatedService {
  unit: ServiceUnit
  state: ServiceStatus['state'] = 'inactive'
  lastExitCode: number | null = null
  /** History time ms. */
  lastRunAt: number | null = null
  log: string[] = []
  /** How many starts will fail, and how many runs. */
  failingStarts = 0
  failingRuns = 0
  /** Its processes answer nothing while set. */
  isHung = false
  readonly #host: ServiceHost
  #running: Running | null = null
  #restarts: number[] = []
  #cancelRestart: (() => void) | null = null

  constructor(unit: ServiceUnit, host: ServiceHost) {
    this.unit = unit
    this.#host = host
  }

  /** Identity of its process; null when none runs. */
  get invocation(): string | null {
    return this.#running?.host.invocation ?? null
  }

  get process(): Process | null {
    return this.#running?.process ?? null
  }

  /** Starts it; one that runs is left alone. Returns when the process exists, not when it serves. @throws service-failed */
  start(): void {
    if (this.#running === null) this.#launch()
  }

  /** Stops it and waits for its end: in good order, or by force after the unit's patience. */
  *stop(): Task<void> {
    this.#cancelRestart?.()
    this.#cancelRestart = null
    const running = this.#running
    if (running === null) {
      if (this.state === 'activating') this.state = 'inactive'
      return
    }
    const end = () => this.#end(running, 0)
    const cancelKill = this.#host.kernel.after(this.unit.stopTimeoutMs, end)
    const { program, process, host } = running
    if (program.close === undefined) end()
    else {
      const closed = process.answer(program.close(host), this.#host.environmentOf(this.unit))
      closed.subscribe(end)
    }
    yield* running.ended.wait()
    cancelKill()
  }

  /** Runs it once from start to end; one under way is awaited first. @throws service-failed with its last lines, timed-out */
  *runOnce(timeoutMs: number, context: CallContext | null = null): Task<void> {
    while (this.#running !== null) yield* this.#running.ended.wait()
    const running = this.#launch()
    let isExpired = false
    const cancelKill = this.#host.kernel.after(timeoutMs, () => {
      isExpired = true
      this.#end(running, null)
    })
    context?.onCancel(() => this.#end(running, null))
    const code = yield* running.ended.wait()
    cancelKill()
    const { name } = this.unit
    if (isExpired) {
      throw new OperatingError('timed-out', `${name} took longer than ${timeoutMs} ms and was killed`, {
        subject: name,
      })
    }
    if (code !== 0) {
      const said = this.log.slice(-5).join(' | ')
      const how = code === null ? 'was killed' : `ended with ${code}`
      throw new OperatingError('service-failed', `${name} ${how}: ${said}`, { subject: name })
    }
  }

  /** A timer has elapsed: it runs, unless it does already. */
  elapse(): void {
    if (this.#running !== null || !this.startQuietly()) return
    const running = this.#running as Running | null
    if (running !== null) this.#host.kernel.after(this.unit.startTimeoutMs, () => this.#end(running, null))
  }

  /** Starts it where nobody waits: a start that fails shows in its state. False when it did. */
  startQuietly(): boolean {
    try {
      this.start()
      return true
    } catch (error) {
      if (error instanceof OperatingError) return false
      throw error
    }
  }

  /** Its process dies at once. False when none runs. */
  crash(restarts: boolean): boolean {
    const running = this.#running
    if (running === null) return false
    this.#end(running, null, restarts)
    return true
  }

  /** The machine has lost its power. */
  vanish(): void {
    this.#cancelRestart?.()
    this.#cancelRestart = null
    const running = this.#running
    if (running !== null) this.#end(running, null, false)
    this.state = 'inactive'
    this.log = []
  }

  #launch(): Running {
    this.log = []
    this.lastRunAt = this.#host.clock.historyNow()
    const { name, type } = this.unit
    if (this.failingStarts > 0) {
      this.failingStarts -= 1
      this.#host.met(`start-failed ${name}`)
      throw this.#cannotStart('the program cannot be started: EIO')
    }
    const program = this.#host.programs(name)
    if (program === null) throw this.#cannotStart('the program of the unit is not installed')
    const running = this.#spawn(program, this.#configuration())
    this.#running = running
    this.state = type === 'oneshot' ? 'activating' : 'active'
    if (this.failingRuns > 0 && type === 'oneshot') {
      this.failingRuns -= 1
      this.#host.met(`run-failed ${name}`)
      this.#say('terminated by a signal')
      this.#host.kernel.after(0, () => this.#end(running, 1))
    } else this.#run(running)
    return running
  }

  #cannotStart(message: string): OperatingError {
    this.state = 'failed'
    this.#say(message)
    return new OperatingError('service-failed', `${this.unit.name}: ${message}`, {
      subject: this.unit.name,
      retryable: true,
    })
  }

  #configuration(): string {
    try {
      return this.#host.configurationOf(this.unit)
    } catch (error) {
      if (error instanceof OperatingError) throw this.#cannotStart(error.message)
      throw error
    }
  }

  #spawn(program: Program, configuration: string): Running {
    const { unit } = this
    const environment = this.#host.environmentOf(unit)
    const process = this.#host.processes.open(unit.name)
    const ended = new Deferred<number | null>()
    const host: ProcessHost = {
      unit,
      invocation: this.#host.nextInvocation(),
      disk: this.#host.disk,
      configuration,
      say: (line) => this.#say(line),
      listen: (endpoint, serve) => this.#host.listen({ process, serve, environment }, endpoint),
      exit: (code) => this.#end(running, code),
    }
    const running: Running = { process, program, host, ended }
    process.isPaused = this.isHung
    return running
  }

  #run(running: Running): void {
    const { process, program, host } = running
    const task = program.run(host)
    process.start(task, this.#host.environmentOf(this.unit)).done.subscribe((settled) => {
      const exit = settled.kind === 'success' ? settled.value : settled
      if (exit.kind === 'success') {
        if (this.unit.type === 'oneshot') this.#end(running, 0)
        return
      }
      if (exit.kind === 'failure') {
        // A defect is no behaviour of a program: it ends the drill.
        if (!(exit.error instanceof OperatingError)) throw exit.error
        this.#say(`${exit.error.code}: ${exit.error.message}`)
      }
      this.#end(running, 1)
    })
  }

  #end(running: Running, code: number | null, mayRestart = true): void {
    if (this.#running !== running) return
    this.#running = null
    running.process.kill()
    this.lastExitCode = code
    this.state = code === 0 ? 'inactive' : 'failed'
    running.ended.succeed(code)
    const { restart, type } = this.unit
    if (code !== 0 && mayRestart && restart === 'on-failure' && type === 'daemon') this.#restartLater()
  }

  #restartLater(): void {
    const { kernel } = this.#host
    this.#restarts = this.#restarts.filter((at) => kernel.nowMs - at < RESTART_WINDOW_MS)
    if (this.#restarts.length >= RESTARTS_MAX) return
    this.#restarts.push(kernel.nowMs)
    this.state = 'activating'
    this.#cancelRestart = kernel.after(this.unit.restartDelayMs, () => {
      this.#cancelRestart = null
      this.#host.whenMoving(() => {
        if (!this.startQuietly()) this.#restartLater()
      })
    })
  }

  #say(line: string): void {
    this.log.push(line)
    if (this.log.length > LOG_LINES_MAX) this.log.shift()
  }
}
