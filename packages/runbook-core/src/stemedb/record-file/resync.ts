import type { Checksums } from '../../checksums/index.ts'
import type { Task } from '../../effects/index.ts'
import { FileSystem } from '../../ports/index.ts'
import { readUint64, viewOf } from '../record/binary.ts'
import { BODY_BYTES_MAX, decodeFrame, FRAME_HEADER_BYTES } from '../record/frame.ts'
import { READ_BYTES } from './frame-reader.ts'

/** Bytes of which a CRC may be computed while looking, per byte looked through: crafted input cannot make the search quadratic. */
const WORK_PER_BYTE = 16

/**
 * Looks behind a hole for proof that it swallowed an acknowledged record: an intact record that was written when `position` was already
 * durable. Without one the hole is an unfinished write. Constant memory.
 * Gives the offset of the proof, null when there is none, or `undecided` when the bytes are so crafted that looking further costs too
 * much; that is damage, too.
 */
export function* findLaterProof(
  checksums: Checksums,
  input: { readonly path: string; readonly from: number; readonly end: number; readonly position: number },
): Task<number | 'undecided' | null> {
  let work = WORK_PER_BYTE * (input.end - input.from) + READ_BYTES
  for (let offset = input.from; offset < input.end; offset += READ_BYTES) {
    // Each piece reaches one longest record beyond its own part, so that a record on a border is seen whole.
    const length = Math.min(READ_BYTES + BODY_BYTES_MAX + FRAME_HEADER_BYTES, input.end - offset)
    const bytes = yield* FileSystem.read({ path: input.path, offset, length })
    const view = viewOf(bytes)
    const own = Math.min(READ_BYTES, bytes.length)
    for (let at = 0; at < own; at += 1) {
      if (!looksLater(view, at, input.position)) continue
      const frame = decodeFrame(checksums, bytes, at, offset)
      if ('body' in frame) return frame.offset
      work -= view.getUint32(at + 4, true)
      if (work < 0) return 'undecided'
    }
  }
  return null
}

/** True when the fixed fields at `at` could be those of a record written after `position` was durable. */
function looksLater(view: DataView, at: number, position: number): boolean {
  if (at + FRAME_HEADER_BYTES > view.byteLength) return false
  if (view.getUint32(at + 4, true) > BODY_BYTES_MAX) return false
  const own = readUint64(view, at + 8)
  const durable = readUint64(view, at + 24)
  return own !== null && durable !== null && durable >= position && own > durable
}
