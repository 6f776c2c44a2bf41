import type { FileSystemContract } from '@dr-drill/runbook-core'

/** One operation that is about to happen on a disk. */
export interface DiskOperation {
  readonly method: keyof FileSystemContract
  /** The path it names; of a rename the old one. */
  readonly path: string
  /** How many operations of this method this disk has begun before, since it was made. */
  readonly ordinal: number
}

/** Where a write lands instead of where it belongs. */
export interface Misdirection {
  readonly path: string
  readonly offset: number
}

/**
 * What becomes of an operation. `pretend`: it reports success and does nothing (an fsync that lies). `lose`: a write that is
 * acknowledged, and the medium keeps what it had. `drop`: an fsync that fails, and the pages count as clean from then on.
 */
export type DiskVerdict = 'perform' | 'pretend' | 'lose' | 'drop' | Misdirection

/**
 * A fault of the device as an operation meets it. Faults on bytes at rest are `Damage`. A fault may throw an operating error before
 * anything has happened, or say what becomes of the operation.
 */
export interface DiskFault {
  /** Name in the fault atlas. */
  readonly kind: string
  meets(operation: DiskOperation): DiskVerdict
  /** The same fault, with its counters as they stand, on a forked disk. */
  fork(): DiskFault
}
