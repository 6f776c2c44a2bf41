import { type Checksums, Question, recall } from '../checksums/index.ts'
import type { Task } from '../effects/index.ts'
import type { RecordReader } from '../formats/index.ts'
import {
  assertionDigest,
  decodeAssertion,
  type Frame,
  formatPosition,
  requirePosition,
} from './record/index.ts'
import { readSegment } from './segment/index.ts'

const RECORD = new Question<{ readonly key: string; readonly digest: string }>('key and digest of a record')

function recordOf(checksums: Checksums, frame: Frame): { readonly key: string; readonly digest: string } {
  const assertion = decodeAssertion(frame.body)
  return { key: assertion.id, digest: assertionDigest(checksums, assertion) }
}

/** Reads single records out of placed segments, without the engine; constant memory. */
export function stemedbRecords(checksums: Checksums): RecordReader {
  return {
    *recordsAt({ path, positions }): Task<{ position: string; record: { key: string; digest: string } }[]> {
      const wanted = new Set(positions.map(requirePosition))
      const found: { position: string; record: { key: string; digest: string } }[] = []
      const { records } = yield* readSegment(checksums, path)
      for (let batch = yield* records.next(); batch !== null; batch = yield* records.next()) {
        for (const frame of batch) {
          if (!wanted.has(frame.position)) continue
          const record = recall(checksums, RECORD, frame, () => recordOf(checksums, frame))
          found.push({ position: formatPosition(frame.position), record })
          if (found.length === wanted.size) return found
        }
      }
      return found
    },
  }
}
