import { randomBytes } from 'node:crypto'
import type { PortHandler, RandomContract } from '@dr-drill/runbook-core'

/** Chance from the system's generator. */
export function systemRandom(): PortHandler<RandomContract> {
  return {
    uint32: () => randomBytes(4).readUInt32LE(0),
    bytes: ({ length }) => new Uint8Array(randomBytes(length)),
  }
}
