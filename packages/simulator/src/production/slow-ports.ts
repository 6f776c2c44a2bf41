import {
  type FileSystemContract,
  type ObjectStoreContract,
  type PortHandler,
  sleep,
  type Task,
} from '@dr-drill/runbook-core'
import type { SynchronousFileSystem } from '../disk/index.ts'
import type { RandomStream } from '../kernel/index.ts'

/** How fast a production's disk and its way to the object store are. */
export interface ProductionSpeed {
  /** An fsync takes up to so many ms. */
  readonly syncMsMax: number
  /** A request takes between so many ms and twice as many. */
  readonly requestMs: number
  /** Bytes of the world per ms: they stand for a multiple of themselves. */
  readonly bytesPerMs: number
}

/** One byte stands for so many when durations are computed: a segment of some KiB for one of as many MiB. */
const SCALE = 1024
const MEGABYTES_PER_SECOND = 1000

/** Draws how fast a production is. */
export function drawSpeed(random: RandomStream): ProductionSpeed {
  const megabytes = random.pick([25, 100, 400])
  return {
    syncMsMax: random.pick([2, 8, 30]),
    requestMs: random.pick([10, 40, 150]),
    bytesPerMs: Math.floor((megabytes * MEGABYTES_PER_SECOND) / SCALE),
  }
}

/** A disk whose fsyncs take time. */
export function slowDisk(
  files: SynchronousFileSystem,
  { syncMsMax }: ProductionSpeed,
  random: RandomStream,
): PortHandler<FileSystemContract> {
  return {
    ...files,
    *sync(input): Task<void> {
      yield* sleep(random.integer(0, syncMsMax))
      files.sync(input)
    },
  }
}

/** A store whose requests take time, as much as their bytes need. */
export function slowStore(
  store: PortHandler<ObjectStoreContract>,
  files: SynchronousFileSystem,
  speed: ProductionSpeed,
  random: RandomStream,
): PortHandler<ObjectStoreContract> {
  const { requestMs, bytesPerMs } = speed
  const slowed: Record<string, unknown> = {}
  for (const method of Object.keys(store) as (keyof ObjectStoreContract)[]) {
    const perform = store[method] as (input: unknown, context: unknown) => unknown
    slowed[method] = function* (input: SizedInput, context: unknown): Task<unknown> {
      const sentBytes = method === 'upload' ? (files.stat({ path: input.path ?? '' })?.sizeBytes ?? 0) : 0
      yield* sleep(random.integer(requestMs, 2 * requestMs) + Math.ceil(sentBytes / bytesPerMs))
      const answer = perform(input, context) as { readonly sizeBytes?: number } | null
      yield* sleep(requestMs + (method === 'download' ? Math.ceil((answer?.sizeBytes ?? 0) / bytesPerMs) : 0))
      return answer
    }
  }
  return slowed as unknown as PortHandler<ObjectStoreContract>
}

interface SizedInput {
  readonly path?: string
}
