import { definePort } from '../effects/port.ts'

/** The only source of chance. Seeded in the simulator; the system's in a real run. */
export interface RandomContract {
  /** A uniform integer in [0, 2^32). */
  uint32(input: Record<never, never>): number
  /** `length` uniform bytes: ids, nonces. */
  bytes(input: { readonly length: number }): Uint8Array
}

export const Random = definePort<RandomContract>('Random', { uint32: 'read', bytes: 'read' })
