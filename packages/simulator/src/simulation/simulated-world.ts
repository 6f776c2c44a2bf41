import {
  type Environment,
  type Exit,
  environment,
  intercept,
  invariant,
  type Middleware,
  overlay,
  type PortHandlers,
  type Task,
} from '@dr-drill/runbook-core'
import { STEMEDB_ENDPOINT } from '@dr-drill/runbook-core/stemedb'
import { SourceTruth } from '../checkers/index.ts'
import { ROOT } from '../disk/index.ts'
import { Moments } from '../faults/moment.ts'
import { Kernel, type Process, Processes, RandomStream, randomHandlers } from '../kernel/index.ts'
import { STANDARD_DURATIONS } from '../machine/index.ts'
import { type Aftermath, aftermathOf } from './incident/disaster.ts'
import type { SimulationOptions } from './options.ts'
import { ledElsewhere } from './phases/led-elsewhere.ts'
import { OldPrimary } from './rooms/old-primary.ts'
import { buildRecoveryHost, hostStores, type RecoveryHost } from './rooms/recovery-host.ts'
import { openStores, type WorldStores } from './rooms/stores.ts'
import { JournalTape } from './run/journal-tape.ts'
import { capabilitiesOf, runIdentity } from './run/run-identity.ts'
import { Sightings } from './run/sightings.ts'
import { SimulatedRun } from './run/simulated-run.ts'
import { watchCalls } from './run/watch-calls.ts'
import { Witness } from './run/witness.ts'

/** Nothing happens later than this: timers tick for ever, and would hide that everybody else waits for nothing. */
const HORIZON_MS = 14 * 24 * 3_600_000

/** Who approves where nobody was named, and somebody is known to be late. */
const LATE_APPROVER = 'on-call'

/** How something that a fault began ends, and whether anything has met that fault. */
export interface Mend {
  readonly end: () => void
  readonly hasFired: () => boolean
}

/**
 * Everything of one drill: kernel, chance, processes, stores, the recovery host, and the run. Each part is built in a room of its own
 * (`rooms/`); what happens when is in `phases/`. Virtual time 0 is the disaster.
 */
export class SimulatedWorld {
  readonly options: SimulationOptions
  readonly kernel = new Kernel({ horizonMs: HORIZON_MS })
  readonly processes = new Processes(this.kernel)
  readonly moments = new Moments()
  readonly tape = new JournalTape(() => this.kernel.nowMs, this.moments)
  readonly aftermath: Aftermath
  readonly stores: WorldStores
  readonly host: RecoveryHost
  readonly oldPrimary: OldPrimary
  readonly witness: Witness
  readonly sightings: Sightings
  readonly run: SimulatedRun
  /** The source as production left it, and what has become of it. */
  readonly sourceTruth: SourceTruth
  /** What ends when the world heals. */
  readonly mends: Mend[] = []
  /** Where resolvers led clients when the run last ended, by name. */
  namesAtEnd: ReadonlyMap<string, readonly string[]> = new Map()
  /** The target's ports, as somebody has them who only looks. */
  readonly observed: Environment
  readonly #observer: Process
  readonly #root: RandomStream

  constructor(options: SimulationOptions) {
    const { checksums, digests, failureAt, seed, production, disaster } = options
    this.options = options
    this.#root = RandomStream.fromSeed(seed, options.draws)
    this.#observer = this.processes.open('observer')
    this.aftermath = aftermathOf(production, failureAt, disaster, this.random('disaster'))
    this.stores = openStores({
      source: this.aftermath.source,
      checksums,
      digests,
      historyNowMs: () => failureAt + this.kernel.nowMs,
    })
    this.sourceTruth = new SourceTruth(this.stores.source)
    this.host = buildRecoveryHost({
      kernel: this.kernel,
      processes: this.processes,
      checksums,
      durations: options.durations ?? STANDARD_DURATIONS,
      epochMs: failureAt,
      stores: this.stores.portOf,
      random: this.random,
      isProgram: (bytes) => this.sourceTruth.isArtifact(bytes),
      isBackedUp: () => this.stores.archive.keys().some((key) => key.endsWith('/manifest.jsonl')),
      oldPrimaryServes: () => this.oldPrimary.isServing,
      fence: (host) => this.oldPrimary.fence(host).proof,
      ...(options.commands === undefined ? {} : { commands: options.commands }),
    })
    this.oldPrimary = new OldPrimary({
      kernel: this.kernel,
      processes: this.processes,
      checksums,
      durations: options.durations ?? STANDARD_DURATIONS,
      production,
      failureAt,
      disaster: disaster.kind,
      stores: (disk, account) =>
        hostStores(this.host.network, 'old-primary', disk, account, this.stores.portOfOldPrimary),
      random: this.random('old-primary'),
    })
    const { machine } = this.host
    this.witness = new Witness(
      this.host.disk,
      this.tape,
      () => this.kernel.nowMs,
      () => machine.services.servedSince(STEMEDB_ENDPOINT),
    )
    machine.onLaunch = (service, configuration) => this.witness.launched(service, configuration)
    this.sightings = new Sightings({
      nowMs: () => this.kernel.nowMs,
      disk: this.host.disk,
      files: this.host.disk.plainHandlers,
      statusOf: (names) => names.map((name) => machine.services.statusOf(name)),
      isOldPrimaryUp: () => this.oldPrimary.isUp,
      alertsFiring: () => this.host.surroundings.monitoring.firing.map(({ name }) => name),
      astray: () => ledElsewhere(this.options.prepared.runbook, this.host.surroundings),
    })
    this.tape.onSucceeded = (step) => this.#stepSucceeded(step)
    this.observed = this.#observedPorts()
    this.run = this.#run()
  }

  /** The stream of a part, by its label. */
  readonly random = (label: string): RandomStream => this.#root.split(label)

  /** The run has ended: what it says of names is held against what resolvers answer now. */
  noteNames(): void {
    const { names } = this.host.surroundings
    const { parameters } = this.options.prepared.runbook
    const known = parameters.flatMap(({ name, value }) => (name === 'dns-name' ? [String(value)] : []))
    this.namesAtEnd = names.askedNow(known)
  }

  /** Performs a task over the target's ports, as somebody who looks at it. */
  drive<A>(task: Task<A>, ports: Environment = this.observed): A {
    return succeeded(this.processes.drive(this.#observer, task, ports))
  }

  #stepSucceeded(id: string): void {
    const { runbook, actions } = this.options.prepared
    const step = runbook.steps.find((one) => one.id === id)
    const traits = step === undefined ? [] : (actions.get(step.action.kind)?.traits ?? [])
    this.sightings.succeeded(id === runbook.gate, traits.includes('answers-clients'))
  }

  #observedPorts(): Environment {
    const files = this.host.disk.handlers(ROOT) as unknown as PortHandlers
    const stores = this.stores.portOfObserver(this.host.disk, ROOT) as unknown as PortHandlers
    return overlay(this.host.ports, { FileSystem: files, ObjectStore: stores })
  }

  /** People take their time, unless nobody is there. */
  #askApproval() {
    const { people } = this.host.surroundings
    const by = this.options.approver ?? (people.isSomebodyThere ? LATE_APPROVER : null)
    const afterMs = by === null ? null : people.askApproval()
    return by === null || afterMs === null ? null : { by, afterMs }
  }

  #run(): SimulatedRun {
    const { prepared, checksums, seed, faults, failureAt, disaster, mistakes } = this.options
    return new SimulatedRun({
      prepared,
      checksums,
      identity: runIdentity(
        seed,
        faults,
        failureAt + disaster.detectionMs + disaster.declarationMs,
        capabilitiesOf(this.options.commands !== undefined),
      ),
      marks: [
        { name: 'failure', at: failureAt, domain: 'history' },
        { name: 'detected', at: -disaster.declarationMs, domain: 'drill' },
        { name: 'declared', at: 0, domain: 'drill' },
      ],
      kernel: this.kernel,
      processes: this.processes,
      onDeath: () => this.host.network.cut('recovery-host', ROOT.user),
      tape: this.tape,
      target: intercept(intercept(this.host.ports, this.witness.middleware), this.sightings.middleware),
      clock: this.host.clock,
      random: this.random,
      randomHandlers: (stream) => randomHandlers(stream) as unknown as PortHandlers,
      watch: bothOf(mistakes ?? null, faults.length === 0 ? null : watchCalls(this.moments)),
      approvals: this.options.approvals ?? {},
      askApproval: () => this.#askApproval(),
      deadlineMs: this.options.deadlineMs ?? null,
    })
  }
}

/** The first before the second, step by step. */
function bothOf(first: Watch | null, second: Watch | null): Watch | null {
  if (first === null || second === null) return first ?? second
  return (step) => {
    const [before, after] = [first(step), second(step)]
    return (call, next) => before(call, (passed) => after(passed, next))
  }
}

type Watch = (step: string) => Middleware

/** The raw disk of a host, and nothing else. */
export const filesOnly = (world: SimulatedWorld): Environment =>
  environment({ FileSystem: world.host.disk.handlers(ROOT) as unknown as PortHandlers })

function succeeded<A>(exit: Exit<A> | null): A {
  if (exit?.kind === 'failure') throw exit.error
  invariant(exit?.kind === 'success', 'nobody kills or interrupts who looks')
  return exit.value
}
