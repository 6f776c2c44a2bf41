import { type Environment, environment, type PortHandlers } from '@dr-drill/runbook-core'
import { SimulatedDisk } from '@dr-drill/simulator'

/** Something that reads bytes a stranger may have written. */
export interface FuzzTarget {
  readonly name: string
  /** Valid inputs, and others worth beginning with. */
  readonly corpus: readonly Uint8Array[]
  /** Words of the format, to be put in at random places. */
  readonly dictionary: readonly string[]
  /**
   * Reads one input and says how that ended: a word for success, the code of a typed refusal. Anything else it throws is a find.
   */
  readonly read: (input: Uint8Array) => string
}

/** Where an input lies when it is a file; nothing else on the disk may change when it is read. */
export const INPUT_PATH = '/root/input'

/** A disk with the input on it, and an environment of its files alone. */
export function inputDisk(input: Uint8Array): { readonly disk: SimulatedDisk; readonly files: Environment } {
  const disk = new SimulatedDisk()
  disk.place(INPUT_PATH, input)
  return { disk, files: environment({ FileSystem: disk.handlers() as unknown as PortHandlers }) }
}

/** The bytes of a text. */
export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Bytes as text, with a mark for what is no UTF-8: for readers that take text. */
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
