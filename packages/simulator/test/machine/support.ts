import {
  Clock,
  type Environment,
  type Exit,
  Http,
  type HttpResponse,
  invariant,
  OperatingError,
  Services,
  type ServiceUnit,
  sleep,
  type Task,
  type TimerUnit,
} from '@dr-drill/runbook-core'
import {
  type Actor,
  Kernel,
  Machine,
  type MachineOptions,
  NO_DURATIONS,
  Processes,
  type ProcessHost,
  type Program,
  RandomStream,
  SimulatedDisk,
} from '@dr-drill/simulator'

/** 2026-02-11T00:05:00Z. */
export const EPOCH = Date.UTC(2026, 1, 11, 0, 5)
export const MINUTE = 60_000

export const daemon = (more: Partial<ServiceUnit> = {}): ServiceUnit => ({
  kind: 'service',
  name: 'toy.service',
  description: 'a server',
  type: 'daemon',
  argv: ['/bin/toy'],
  user: 'root',
  group: 'root',
  environmentFile: null,
  writablePaths: [],
  restart: 'on-failure',
  restartDelayMs: 5_000,
  startTimeoutMs: 60_000,
  stopTimeoutMs: 90_000,
  ...more,
})

export const oneshot = (more: Partial<ServiceUnit> = {}): ServiceUnit =>
  daemon({ name: 'job.service', type: 'oneshot', restart: 'no', ...more })

export const timer = (more: Partial<TimerUnit> = {}): TimerUnit => ({
  kind: 'timer',
  name: 'job.timer',
  description: 'a timer',
  service: 'job.service',
  intervalMs: 15 * MINUTE,
  alignedToDay: true,
  accuracyMs: 0,
  ...more,
})

/** What a test machine differs in. */
export interface TestMachineOptions extends Partial<Omit<MachineOptions, 'ports'>> {
  readonly seed?: number
  /** Ports that reach beyond it; asked while it is made, when it has no disk yet. */
  readonly portsOf?: (host: TestMachine, account: Actor) => Readonly<Record<string, unknown>>
}

/** A machine in a world of its own, with a server that counts its requests and a job that takes a second. */
export class TestMachine {
  readonly kernel = new Kernel({ horizonMs: 30 * 24 * 3_600_000 })
  readonly processes = new Processes(this.kernel)
  readonly machine: Machine
  readonly met: string[] = []
  /** When the job ran, history time as its machine shows it. */
  readonly runs: number[] = []
  /** What the server does before it serves. */
  startUp: () => Task<void> = function* () {}
  jobMs = 1_000
  requests = 0
  readonly random = RandomStream.fromSeed(1)
  readonly #me = this.processes.open('test')

  constructor(options: TestMachineOptions = {}) {
    this.machine = new Machine({
      facts: {
        name: 'host',
        cpuCores: 1,
        memoryBytes: 1,
        linkBitsPerSecond: 1,
        superuser: true,
        platform: 'linux',
      },
      kernel: this.kernel,
      processes: this.processes,
      random: RandomStream.fromSeed(options.seed ?? 1),
      disk: new SimulatedDisk({ capacityBytes: 1 << 30 }),
      epochMs: EPOCH,
      durations: NO_DURATIONS,
      programs: (service) => this.#program(service),
      ports: (account) => options.portsOf?.(this, account) ?? {},
      ...options,
    })
    this.machine.control.onMet((what) => this.met.push(what))
    this.do(Services.install({ units: [daemon(), oneshot(), timer()] }))
  }

  get ports(): Environment {
    return this.machine.ports
  }

  #program(service: string): Program | null {
    if (service === 'job.service') return { run: () => this.#job() }
    return service === 'toy.service' ? { run: (host) => this.#serve(host), close: function* () {} } : null
  }

  *#job(): Task<void> {
    this.runs.push(yield* Clock.historyNow({}))
    yield* sleep(this.jobMs)
  }

  *#serve(host: ProcessHost): Task<void> {
    yield* this.startUp()
    host.listen('toy', (request) => this.#answer(host, request.path))
    host.say('listening')
  }

  *#answer(host: ProcessHost, path: string): Task<HttpResponse> {
    this.requests += 1
    if (path === '/die') host.exit(3)
    return { status: 200, contentType: 'text/plain', text: `${host.invocation} ${path}` }
  }

  /** Performs a task with the machine's ports; what it throws is thrown. */
  do<A>(task: Task<A>): A {
    const exit: Exit<A> | null = this.processes.drive(this.#me, task, this.ports)
    if (exit?.kind === 'failure') throw exit.error
    invariant(exit?.kind === 'success', 'nobody interrupts a test')
    return exit.value
  }

  /** The code of the error that a task ends with; `done` when it succeeds. */
  codeOf(task: Task<unknown>): string {
    try {
      this.do(task)
    } catch (error) {
      if (error instanceof OperatingError) return error.code
      throw error
    }
    return 'done'
  }

  pass(ms: number): void {
    this.processes.pass(ms)
  }

  ask(path = '/', timeoutMs = 1_000): Task<HttpResponse> {
    return Http.ask({ endpoint: 'toy', method: 'GET', path, timeoutMs, responseBytesMax: 1_000 })
  }

  status(name: string) {
    const [status] = this.do(Services.status({ names: [name] }))
    invariant(status, 'each name has a status')
    return status
  }
}
