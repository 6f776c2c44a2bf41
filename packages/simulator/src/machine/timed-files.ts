import {
  type CallContext,
  Deferred,
  type FileSystemContract,
  type Outcome,
  type PortHandler,
} from '@dr-drill/runbook-core'
import type { SynchronousFileSystem } from '../disk/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { Durations } from './durations.ts'

/** Time spent on a disk is let pass in portions of this size at least: small reads cost no event each. */
const PORTION_MS = 250

/** Devices of a machine: the one with the data is everything below `/var`. */
export type DiskDevice = 'all' | 'data' | 'system'
const DATA = '/var/'

/** The time that a machine's disk takes for bytes that are read or written through its port. */
export class DiskTime {
  /** How many times as long each device takes as it should. */
  readonly #factors = { data: 1, system: 1 }
  onSlow: ((path: string) => void) | null = null
  readonly #kernel: Kernel
  readonly #msPerByte: number
  #owedMs = 0

  constructor(kernel: Kernel, durations: Durations) {
    this.#kernel = kernel
    this.#msPerByte = (durations.scale * 1000) / durations.diskBytesPerSecond
  }

  /** A device, or all of them, takes so many times as long; the function returned ends that. */
  slow(factor: number, device: DiskDevice): () => void {
    const devices = device === 'all' ? (['data', 'system'] as const) : [device]
    for (const one of devices) this.#factors[one] *= factor
    return () => {
      for (const one of devices) this.#factors[one] /= factor
    }
  }

  /** The answer of a call that moved so many bytes: at once, or when the time that it took together with earlier ones has passed. */
  spent<A>(answer: A, bytes: number, path: string, context: CallContext): Outcome<A> {
    const factor = path.startsWith(DATA) ? this.#factors.data : this.#factors.system
    if (factor !== 1) this.onSlow?.(path)
    this.#owedMs += bytes * this.#msPerByte * factor
    if (this.#owedMs < PORTION_MS) return answer
    const ms = Math.floor(this.#owedMs)
    this.#owedMs -= ms
    const done = new Deferred<A>()
    const settle = (): void => {
      if (done.exit === null) done.succeed(answer)
    }
    const cancel = this.#kernel.after(ms, settle)
    context.onCancel(() => {
      cancel()
      settle()
    })
    return done
  }
}

/** The port FileSystem over a disk, with the time that its reads and writes take. */
export function timedFiles(files: SynchronousFileSystem, time: DiskTime): PortHandler<FileSystemContract> {
  return {
    ...files,
    read(input, context) {
      const bytes = files.read(input)
      return time.spent(bytes, bytes.length, input.path, context)
    },
    write(input, context) {
      files.write(input)
      return time.spent(undefined, input.bytes.length, input.path, context)
    },
  }
}
