import type { Actor, SimulatedDisk } from '../disk/index.ts'
import type { MemoryStoreBinding } from './store-calls.ts'

/** How the port is served. */
export interface MemoryStoreOptions {
  /** By the names that runbooks use: `source`, `archive`. */
  readonly stores: Readonly<Record<string, MemoryStoreBinding>>
  /** Where downloads go and uploads come from, with the rights of this account. */
  readonly disk: SimulatedDisk
  readonly actor: Actor
  /** Lower-case hex; whoever remembers digests by blob sees every blob here as it was put. */
  readonly sha256Hex: (bytes: Uint8Array) => string
}

/** Finds a store by its name. @throws input-invalid */
export type BindingOf = (store: string) => MemoryStoreBinding
