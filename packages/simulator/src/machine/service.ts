import {
  type CallContext,
  OperatingError,
  type ServiceStatus,
  type ServiceUnit,
  type Task,
} from '@dr-drill/runbook-core'
import type { Process } from '../kernel/index.ts'
import type { Program } from './program.ts'
import { RestartPolicy } from './restart-policy.ts'
import type { ServiceHost } from './service-host.ts'
import { ServiceInvocation } from './service-invocation.ts'

const LOG_LINES_MAX = 1_000

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
  readonly #restarts: RestartPolicy
  #running: ServiceInvocation | null = null

  constructor(unit: ServiceUnit, host: ServiceHost) {
    this.unit = unit
    this.#host = host
    this.#restarts = new RestartPolicy(host.kernel)
  }

  /** Identity of its process; null when none runs. */
  get invocation(): string | null {
    return this.#running?.invocation ?? null
  }

  /** Its process; null when none runs. */
  get server(): Process | null {
    return this.#running?.server ?? null
  }

  /** Starts it; one that runs is left alone. Returns when the process exists, not when it serves. @throws service-failed */
  start(): void {
    if (this.#running === null) this.#launch()
  }

  /** Stops it and waits for its end: in good order, or by force after the unit's patience. */
  *stop(): Task<void> {
    this.#restarts.cancel()
    const running = this.#running
    if (running === null) {
      if (this.state === 'activating') this.state = 'inactive'
      return
    }
    const end = () => this.#end(running, 0)
    const cancelKill = this.#host.kernel.after(this.unit.stopTimeoutMs, end)
    running.close(end)
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
    const running = this.#running as ServiceInvocation | null
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
    this.#restarts.cancel()
    const running = this.#running
    if (running !== null) this.#end(running, null, false)
    this.state = 'inactive'
    this.log = []
  }

  #launch(): ServiceInvocation {
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
    const problem = program.problem?.(this.unit, this.#host.disk) ?? null
    if (problem !== null) throw this.#cannotStart(problem)
    const configuration = this.#configuration()
    const running = this.#spawn(program, configuration)
    this.#host.launched(this.unit, configuration)
    this.#running = running
    this.state = type === 'oneshot' ? 'activating' : 'active'
    if (this.failingRuns > 0 && type === 'oneshot') {
      this.failingRuns -= 1
      this.#host.met(`run-failed ${name}`)
      this.#say('terminated by a signal')
      this.#host.kernel.after(0, () => this.#end(running, 1))
    } else running.run()
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

  #spawn(program: Program, configuration: string): ServiceInvocation {
    const spawned = new ServiceInvocation({
      unit: this.unit,
      program,
      configuration,
      host: this.#host,
      say: (line) => this.#say(line),
      onExit: (running, code) => this.#end(running, code),
    })
    spawned.server.isPaused = this.isHung
    return spawned
  }

  #end(running: ServiceInvocation, code: number | null, mayRestart = true): void {
    if (this.#running !== running) return
    this.#running = null
    this.lastExitCode = code
    this.state = code === 0 ? 'inactive' : 'failed'
    running.end(code)
    const { restart, type } = this.unit
    if (code !== 0 && mayRestart && restart === 'on-failure' && type === 'daemon') this.#restartLater()
  }

  #restartLater(): void {
    const isTried = this.#restarts.later(this.unit.restartDelayMs, () => {
      this.#host.whenMoving(() => {
        if (!this.startQuietly()) this.#restartLater()
      })
    })
    if (isTried) this.state = 'activating'
  }

  #say(line: string): void {
    this.log.push(line)
    if (this.log.length > LOG_LINES_MAX) this.log.shift()
  }
}
