import type { FileSystemContract } from '@dr-drill/runbook-core'

/** One operation that is about to happen on a disk. */
export interface DiskOperation {
  readonly method: keyof FileSystemContract
  /** The path it names; of a rename the old one. */
  readonly path: string
  /** How many operations of this method this disk has begun before, since it was made. */
  readonly ordinal: number
}

/**
 * A fault of the device as an operation meets it. Faults on bytes at rest are `Damage`. A fault may throw an operating error before
 * anything has happened, or answer `pretend`: the operation reports success and does nothing (an fsync that lies).
 */
export interface DiskFault {
  /** Name in the fault atlas. */
  readonly kind: string
  meets(operation: DiskOperation): 'perform' | 'pretend'
  /** The same fault, with its counters as they stand, on a forked disk. */
  fork(): DiskFault
}
