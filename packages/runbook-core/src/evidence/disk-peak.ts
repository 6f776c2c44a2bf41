import type { CallContext, PortHandler } from '../effects/index.ts'
import type { FileSystemContract, ObjectStoreContract } from '../ports/index.ts'

/** Counts the bytes that a run's own files take on the target's disk, and remembers the most there ever were. */
export interface DiskMeter {
  readonly peakBytes: number
  /** The ports with the meter in them. */
  readonly files: PortHandler<FileSystemContract>
  watchDownloads(stores: PortHandler<ObjectStoreContract>): PortHandler<ObjectStoreContract>
}

/**
 * A meter over the ports through which a run writes. What services write themselves is not the run's. Memory grows with the number
 * of files that lie there at once.
 */
export function diskMeter(below: PortHandler<FileSystemContract>): DiskMeter {
  const sizes = new Map<string, number>()
  let total = 0
  let peakBytes = 0
  const set = (path: string, sizeBytes: number): void => {
    total += sizeBytes - (sizes.get(path) ?? 0)
    sizes.set(path, sizeBytes)
    peakBytes = Math.max(peakBytes, total)
  }
  const drop = (path: string): number => {
    const sizeBytes = sizes.get(path) ?? 0
    sizes.delete(path)
    total -= sizeBytes
    return sizeBytes
  }
  return {
    get peakBytes() {
      return peakBytes
    },
    files: {
      ...below,
      write(input, context) {
        set(input.path, Math.max(sizes.get(input.path) ?? 0, input.offset + input.bytes.length))
        return below.write(input, context)
      },
      truncate(input, context) {
        set(input.path, input.sizeBytes)
        return below.truncate(input, context)
      },
      rename(input, context) {
        const sizeBytes = drop(input.from)
        set(input.to, sizeBytes)
        return below.rename(input, context)
      },
      remove(input, context) {
        drop(input.path)
        return below.remove(input, context)
      },
    },
    watchDownloads: (stores) => ({
      ...stores,
      async download(input, context: CallContext) {
        const got = await (stores.download(input, context) as PromiseLike<
          ReturnType<ObjectStoreContract['download']>
        >)
        set(input.path, got.sizeBytes)
        return got
      },
    }),
  }
}
