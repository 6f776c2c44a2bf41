import { type Exit, invariant, type PortHandlers, type Task } from '@dr-drill/runbook-core'
import { Moments } from '../faults/moment.ts'
import { Kernel, type Process, Processes, RandomStream, randomHandlers } from '../kernel/index.ts'
import { STANDARD_DURATIONS } from '../machine/index.ts'
import type { SimulationOptions } from './options.ts'
import { buildRecoveryHost, type RecoveryHost } from './rooms/recovery-host.ts'
import { openStores, type WorldStores } from './rooms/stores.ts'
import { JournalTape } from './run/journal-tape.ts'
import { runIdentity } from './run/run-identity.ts'
import { SimulatedRun } from './run/simulated-run.ts'
import { watchCalls } from './run/watch-calls.ts'

/**
 * Everything of one drill: kernel, chance, processes, stores, the recovery host, and the run. Each part is built in a room of its own
 * (`rooms/`); nothing here knows a fault or an invariant.
 */
export class SimulatedWorld {
  readonly kernel = new Kernel()
  readonly processes = new Processes(this.kernel)
  readonly moments = new Moments()
  readonly tape = new JournalTape(() => this.kernel.nowMs, this.moments)
  readonly stores: WorldStores
  readonly host: RecoveryHost
  readonly run: SimulatedRun
  /** The world's own hands: who looks at it before and after the run. */
  readonly #observer: Process
  readonly #root: RandomStream

  constructor(options: SimulationOptions) {
    const { checksums, digests, failureAt, seed } = options
    this.#root = RandomStream.fromSeed(seed, options.draws)
    this.#observer = this.processes.open('observer')
    this.stores = openStores({
      source: options.source,
      digests,
      historyNowMs: () => failureAt + this.kernel.nowMs,
    })
    this.host = buildRecoveryHost({
      kernel: this.kernel,
      processes: this.processes,
      checksums,
      durations: STANDARD_DURATIONS,
      epochMs: failureAt,
      stores: () => this.stores.handlers,
      random: this.random,
    })
    this.drive(this.stores.prepare())
    this.run = this.#run(options)
  }

  /** The stream of a part, by its label. */
  readonly random = (label: string): RandomStream => this.#root.split(label)

  /** Performs a task over the target's ports, as somebody who looks at it. */
  drive<A>(task: Task<A>): A {
    return succeeded(this.processes.drive(this.#observer, task, this.host.ports))
  }

  #run({ prepared, checksums, seed, faults, failureAt }: SimulationOptions): SimulatedRun {
    return new SimulatedRun({
      prepared,
      checksums,
      identity: runIdentity(seed, faults),
      marks: [
        { name: 'failure', at: failureAt, domain: 'history' },
        { name: 'detected', at: 0, domain: 'drill' },
        { name: 'declared', at: 0, domain: 'drill' },
      ],
      kernel: this.kernel,
      processes: this.processes,
      tape: this.tape,
      target: this.host.ports,
      clock: this.host.clock,
      random: this.random,
      randomHandlers: (stream) => randomHandlers(stream) as unknown as PortHandlers,
      watch: faults.length === 0 ? null : watchCalls(this.moments),
      approvals: {},
    })
  }
}

function succeeded<A>(exit: Exit<A> | null): A {
  if (exit?.kind === 'failure') throw exit.error
  invariant(exit?.kind === 'success', 'nobody kills or interrupts who looks')
  return exit.value
}
