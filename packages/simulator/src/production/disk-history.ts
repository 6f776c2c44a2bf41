import type { FileSystemContract } from '@dr-drill/runbook-core'
import type { SimulatedDisk, SynchronousFileSystem } from '../disk/index.ts'
import { countUntil } from './instants.ts'

/** Calls that change a disk or what power loss leaves of it. */
const CHANGES = [
  'create',
  'write',
  'truncate',
  'sync',
  'syncDirectory',
  'rename',
  'remove',
  'makeDirectory',
  'removeDirectory',
  'setMode',
  'setOwner',
] as const satisfies readonly (keyof FileSystemContract)[]

interface Change {
  /** History time ms. */
  readonly at: number
  readonly method: (typeof CHANGES)[number]
  readonly input: unknown
}

/** Changes between two states that are kept. */
const STATE_EVERY = 128

/** Everything that happened to a disk, so that it can be had as it was at any instant. */
export class DiskHistory {
  readonly #changes: Change[] = []
  readonly #nowMs: () => number
  readonly #covers: (path: string) => boolean
  /** The disk after each `STATE_EVERY` changes, as far as anybody asked. */
  readonly #states: SimulatedDisk[]

  /** `first`: the disk before anything happened. `nowMs`: history time. `covers`: paths that are of interest. */
  constructor(first: SimulatedDisk, nowMs: () => number, covers: (path: string) => boolean) {
    this.#states = [first.fork()]
    this.#nowMs = nowMs
    this.#covers = covers
  }

  /** The same files; what succeeds is remembered. */
  recording(files: SynchronousFileSystem): SynchronousFileSystem {
    const recorded: Record<string, unknown> = { ...files }
    for (const method of CHANGES) {
      const perform = files[method] as (input: unknown) => unknown
      recorded[method] = (input: { readonly path?: string; readonly from?: string }) => {
        const answer = perform(input)
        if (this.#covers(input.path ?? input.from ?? '')) this.#remember(method, input)
        return answer
      }
    }
    return recorded as unknown as SynchronousFileSystem
  }

  #remember(method: Change['method'], input: object): void {
    // Writers use their buffers again.
    const kept = 'bytes' in input ? { ...input, bytes: (input.bytes as Uint8Array).slice() } : input
    this.#changes.push({ at: this.#nowMs(), method, input: kept })
  }

  /** The disk as it was at an instant, the caller's own. */
  at(instant: number): SimulatedDisk {
    const count = countUntil(this.#changes, instant, ({ at }) => at)
    const wanted = Math.floor(count / STATE_EVERY)
    while (this.#states.length <= wanted) {
      const next = (this.#states.at(-1) as SimulatedDisk).fork()
      const done = (this.#states.length - 1) * STATE_EVERY
      this.#perform(next, done, done + STATE_EVERY)
      this.#states.push(next)
    }
    const disk = (this.#states[wanted] as SimulatedDisk).fork()
    this.#perform(disk, wanted * STATE_EVERY, count)
    return disk
  }

  #perform(disk: SimulatedDisk, from: number, to: number): void {
    const files = disk.handlers() as unknown as Record<string, (input: unknown) => unknown>
    for (const { method, input } of this.#changes.slice(from, to)) files[method]?.(input)
  }
}
