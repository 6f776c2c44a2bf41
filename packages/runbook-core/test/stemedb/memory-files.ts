import { driveSync, environment, OperatingError, portableChecksums, type Task } from '@dr-drill/runbook-core'
import {
  type Assertion,
  encodeAssertion,
  encodeFrame,
  type Frame,
  type FrameReader,
  type RecordFileHeader,
  RecordFileWriter,
} from '@dr-drill/runbook-core/stemedb'

/** Files by path, in memory: enough of the FileSystem port for codecs. `readBytesMax` is the longest read so far. */
export class MemoryFiles {
  readonly files = new Map<string, Uint8Array>()
  readBytesMax = 0

  run<A>(task: Task<A>): A {
    const exit = driveSync(task, environment({ FileSystem: this.#handlers() }))
    if (exit?.kind === 'failure') throw exit.error
    if (exit?.kind !== 'success') throw new Error('not a success')
    return exit.value
  }

  failureOf(task: Task<unknown>): OperatingError {
    try {
      this.run(task)
    } catch (error) {
      if (error instanceof OperatingError) return error
      throw error
    }
    throw new Error('it did not fail')
  }

  #handlers() {
    return {
      stat: ({ path }: { path: string }) => {
        const bytes = this.files.get(path)
        return bytes === undefined ? null : { type: 'file', sizeBytes: bytes.length }
      },
      read: ({ path, offset, length }: { path: string; offset: number; length: number }) => {
        this.readBytesMax = Math.max(this.readBytesMax, length)
        return this.#bytes(path).slice(offset, offset + length)
      },
      create: ({ path }: { path: string }) => void this.files.set(path, new Uint8Array(0)),
      write: ({ path, offset, bytes }: { path: string; offset: number; bytes: Uint8Array }) => {
        const before = this.#bytes(path)
        const after = new Uint8Array(Math.max(before.length, offset + bytes.length))
        after.set(before)
        after.set(bytes, offset)
        this.files.set(path, after)
      },
    }
  }

  #bytes(path: string): Uint8Array {
    const bytes = this.files.get(path)
    if (bytes === undefined) throw new OperatingError('file-missing', `no file at ${path}`)
    return bytes
  }
}

export const HISTORY = 'ab'.repeat(16)

export function headerOf(over: Partial<RecordFileHeader> = {}): RecordFileHeader {
  return {
    kind: 'segment',
    history: HISTORY,
    number: 7,
    firstPosition: 100,
    parentHistory: null,
    forkPosition: 0,
    createdAt: 1_770_000_000_000,
    appliedPosition: 0,
    ...over,
  }
}

export function assertionOf(n: number, padding = ''): Assertion {
  return {
    id: `key-${n}`,
    concept_path: `a/${n}`,
    predicate: 'is',
    value: [n, padding],
    confidence: 1,
    authority_tier: 'expert',
  }
}

/** Groups of records with bodies of these lengths; the records of a group were written together. */
export interface SegmentPlan {
  readonly groups: readonly (readonly number[])[]
  readonly closed: boolean
}

/** Writes a segment as an engine would; gives the offsets at which its groups end, the header's end first. */
export function writeSegment(files: MemoryFiles, path: string, plan: SegmentPlan): number[] {
  const header = headerOf()
  function* write(): Task<number[]> {
    const writer = yield* RecordFileWriter.create(portableChecksums, { path, header, mode: 0o640 })
    const ends = [writer.sizeBytes]
    for (const [order, group] of plan.groups.entries()) {
      const durablePosition = writer.lastPosition
      const frames = group.map((padding, n) => {
        const position = durablePosition + 1 + n
        const body = encodeAssertion(assertionOf(position, 'x'.repeat(padding)))
        return encodeFrame(portableChecksums, { position, at: 1000 + order, durablePosition, body })
      })
      const bytes = Uint8Array.from(frames.flatMap((frame) => [...frame]))
      yield* writer.append({
        bytes,
        recordCount: frames.length,
        firstRecordAt: 1000 + order,
        lastRecordAt: 1000 + order,
      })
      ends.push(writer.sizeBytes)
    }
    if (plan.closed) yield* writer.close()
    return ends
  }
  return files.run(write())
}

/** All records of a range, one by one. */
export function* readFrames(reader: FrameReader): Task<Frame[]> {
  const frames: Frame[] = []
  for (let batch = yield* reader.next(); batch !== null; batch = yield* reader.next()) frames.push(...batch)
  return frames
}
