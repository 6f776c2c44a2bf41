import type { HostFacts, Unit } from '@dr-drill/runbook-core'
import type { SimulatedDisk } from '../disk/index.ts'
import type { ManagerVerb } from './slow-requests.ts'
import type { DiskDevice } from './timed-files.ts'

/** How a service dies. */
export interface CrashOptions {
  /** True: its manager starts it again as its unit says, as another process. Default false: it stays down. */
  readonly restarts?: boolean
}

/**
 * What befalls a machine: its clock, disk, services and power. What lasts answers a function that ends it; all of these may be
 * called more than once.
 */
export interface MachineControl {
  /** Its disk, with all the verbs of a disk: faults at calls, damage, power loss. */
  readonly disk: SimulatedDisk
  /** Its wall clock jumps. */
  stepClock(ms: number): void
  /** Its wall clock runs fast (positive) or slow from now on, parts per million; 0: at the world's pace again. */
  driftClock(partsPerMillion: number): void
  /** From now on so many bytes of its disk are free: somebody else has taken the rest. The function returned gives them back. */
  fillDisk(freeBytes: number): () => void
  /** Its disk takes so many times as long, from now on: all of it, what is below `/var`, or the rest. */
  slowDisk(factor: number, device?: DiskDevice): () => void
  /** Every write, create, rename and removal on it fails from now on (remounted read-only); the function returned mends it. */
  remountReadOnly(): () => void
  /** The process of a service dies now (nothing if it does not run). */
  crashService(name: string, options?: CrashOptions): void
  /** A service's process goes on, but answers nothing, until the function returned is called. */
  hangService(name: string): () => void
  /** The next `count` starts of a service fail. */
  failStarts(name: string, count: number): () => void
  /** The next `count` runs of a oneshot service (a timer's, or one forced) fail. */
  failRuns(name: string, count: number): () => void
  /** A timer is enabled and says so, but never elapses. */
  stopTimer(name: string): () => void
  /** It is another machine than was asked for: so many cores, so much memory, such a link. */
  resize(facts: Partial<HostFacts>): void
  /** Somebody has installed these units there, and one of them is enabled and runs. */
  runUnits(units: readonly Unit[], running: string): void
  /** The next so many such requests to its service manager take so long each; the function returned ends that. */
  slowManager(verb: ManagerVerb, ms: number, requests: number): () => void
  /** The power fails and comes back `downMs` later: services are gone, unsynced writes drawn by the disk's rules. */
  losePower(downMs: number): void
  /** Nothing on it moves for so long: no process runs, its clock stands. */
  pause(ms: number): void
  /** A stranger listens where a service should. */
  occupy(endpoint: string): () => void
  /**
   * Called with a word for each thing that met a change made here: `clock-read`, `disk-full PATH`, `disk-slow PATH`,
   * `write-refused PATH`, `service-crashed NAME`, `service-hung NAME`, `start-failed NAME`, `run-failed NAME`, `timer-silent NAME`,
   * `power-lost`, `paused`, `facts-read`, `unit-stopped NAME`, `manager-slow VERB`, `endpoint-occupied ENDPOINT`.
   */
  onMet(listener: (what: string) => void): void
}
