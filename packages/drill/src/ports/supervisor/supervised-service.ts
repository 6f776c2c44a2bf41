import { randomUUID } from 'node:crypto'
import { OperatingError, type ServiceStatus, type ServiceUnit } from '@dr-drill/runbook-core'
import { startTimer } from '../clock.ts'
import { type ProcessEnd, type Program, type ServiceProcess, startProcess } from './service-process.ts'
import { UnitLog } from './unit-log.ts'

/** What a service needs of the host that runs it. */
export interface ServiceHost {
  /** The unit's program with its environment, read anew at each start; `invocation` identifies this start. */
  programOf(unit: ServiceUnit, invocation: string): Program
  /** Hears of each line that a unit prints. */
  onLine(unit: ServiceUnit, line: string): void
  historyNow(): number
}

/** Restarts within this window are counted, as systemd does. */
const RESTART_WINDOW_MS = 10_000
const RESTARTS_MAX = 5

/** One service: at most one process of it runs; the restart policy is its unit's. */
export class SupervisedService {
  unit: ServiceUnit
  readonly log = new UnitLog()
  readonly #host: ServiceHost
  #process: ServiceProcess | null = null
  #invocation: string | null = null
  #state: ServiceStatus['state'] = 'inactive'
  #lastExitCode: number | null = null
  #lastRunAt: number | null = null
  #stopping = false
  #restarts: number[] = []
  #restartTimer: { stop(): void } | null = null
  #launching: Promise<unknown> | null = null
  #turn: Promise<unknown> = Promise.resolve()

  constructor(unit: ServiceUnit, host: ServiceHost) {
    this.unit = unit
    this.#host = host
  }

  get state(): ServiceStatus['state'] {
    return this.#state
  }

  get invocation(): string | null {
    return this.#invocation
  }

  get lastExitCode(): number | null {
    return this.#lastExitCode
  }

  get lastRunAt(): number | null {
    return this.#lastRunAt
  }

  /** Starts it; one that runs is left alone. Returns when the process exists, not when it serves. */
  async start(): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#process === null) await this.#launch()
    })
  }

  /** Stops it and waits for its end: SIGTERM, then SIGKILL after the unit's (or the given) patience. */
  async stop(patienceMs = this.unit.stopTimeoutMs): Promise<void> {
    this.#restartTimer?.stop()
    this.#restartTimer = null
    await this.#launching?.catch(() => {})
    const running = this.#process
    if (running === null) {
      if (this.#state === 'activating') this.#state = 'inactive'
      return
    }
    this.#stopping = true
    running.signal('SIGTERM')
    const killer = startTimer(patienceMs, () => running.signal('SIGKILL'))
    await running.ended
    killer.stop()
    this.#state = 'inactive'
  }

  /** Runs it once from start to end. @throws service-failed with its last lines, timed-out */
  async runOnce(timeoutMs: number, onCancel: (listener: () => void) => void): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#process !== null) await this.#process.ended
      const running = await this.#launch()
      let expired = false
      const timer = startTimer(timeoutMs, () => {
        expired = true
        running.signal('SIGKILL')
      })
      onCancel(() => running.signal('SIGKILL'))
      const end = await running.ended
      timer.stop()
      if (expired) {
        throw new OperatingError(
          'timed-out',
          `${this.unit.name} took longer than ${timeoutMs} ms and was killed`,
          {
            subject: this.unit.name,
          },
        )
      }
      if (end.exitCode !== 0) throw this.#failed(end)
    })
  }

  #failed(end: ProcessEnd): OperatingError {
    const how = end.exitCode === null ? `was ended by ${end.signal}` : `ended with ${end.exitCode}`
    const said = this.log.newest(5).join(' | ')
    return new OperatingError('service-failed', `${this.unit.name} ${how}${said === '' ? '' : `: ${said}`}`, {
      subject: this.unit.name,
    })
  }

  async #launch(): Promise<ServiceProcess> {
    const { unit } = this
    const invocation = randomUUID().replaceAll('-', '')
    this.log.clear()
    this.#stopping = false
    this.#lastRunAt = this.#host.historyNow()
    this.#state = unit.type === 'oneshot' ? 'activating' : 'active'
    try {
      const starting = startProcess(this.#host.programOf(unit, invocation), (line) => {
        this.log.add(line)
        this.#host.onLine(unit, line)
      })
      this.#launching = starting
      const running = await starting
      this.#process = running
      this.#invocation = invocation
      running.ended.then((end) => this.#onEnd(end))
      return running
    } catch (thrown) {
      this.#state = 'failed'
      throw thrown
    } finally {
      this.#launching = null
    }
  }

  #onEnd(end: ProcessEnd): void {
    this.#process = null
    this.#invocation = null
    this.#lastExitCode = end.exitCode
    const failed = !this.#stopping && end.exitCode !== 0
    this.#state = failed ? 'failed' : 'inactive'
    if (failed && this.unit.restart === 'on-failure' && this.unit.type === 'daemon') this.#restartLater()
  }

  #restartLater(): void {
    const now = this.#host.historyNow()
    this.#restarts = this.#restarts.filter((at) => now - at < RESTART_WINDOW_MS)
    if (this.#restarts.length >= RESTARTS_MAX) return
    this.#restarts.push(now)
    this.#state = 'activating'
    this.#restartTimer = startTimer(this.unit.restartDelayMs, () => {
      this.#restartTimer = null
      // Its failure shows in the state; nobody waits for it here.
      this.start().catch(() => {})
    })
  }

  async #inTurn<A>(work: () => Promise<A>): Promise<A> {
    const before = this.#turn
    const mine = before.then(work, work)
    this.#turn = mine.catch(() => {})
    return await mine
  }
}
