import type { SimulatedDisk } from '../disk/index.ts'

/** What befalls a machine: its clock, disk, services and power. */
export interface MachineControl {
  /** Its disk, with all the verbs of a disk: faults at calls, damage, power loss. */
  readonly disk: SimulatedDisk
  /** Its wall clock jumps. */
  stepClock(ms: number): void
  /** Its wall clock runs fast (positive) or slow from now on, parts per million. */
  driftClock(partsPerMillion: number): void
  /** From now on so many bytes of its disk are taken by somebody else. */
  fillDisk(freeBytes: number): void
  /** Every write, create, rename and removal on it fails from now on (remounted read-only); the function returned mends it. */
  remountReadOnly(): () => void
  /** The process of a service dies now (nothing if it does not run); its manager does not start it again. */
  crashService(name: string): void
  /** A service's process goes on, but answers nothing, until the function returned is called. */
  hangService(name: string): () => void
  /** The next `count` starts of a service fail. */
  failStarts(name: string, count: number): void
  /** The next `count` runs of a oneshot service (a timer's, or one forced) fail. */
  failRuns(name: string, count: number): void
  /** A timer is enabled and says so, but never elapses. */
  stopTimer(name: string): void
  /** The power fails and comes back `downMs` later: services are gone, unsynced writes drawn by the disk's rules. */
  losePower(downMs: number): void
  /** Nothing on it moves for so long: no process runs, its clock stands. */
  pause(ms: number): void
  /** A stranger listens where a service should. */
  occupy(endpoint: string): void
  /** Called with a word for each thing that met a change made here: `start-failed NAME`, `write-refused PATH`, ... */
  onMet(listener: (what: string) => void): void
}
