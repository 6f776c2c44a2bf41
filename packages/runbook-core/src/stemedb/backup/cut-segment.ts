import type { Checksums } from '../../checksums/index.ts'
import type { Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import type { CutBound, SegmentScan } from '../../formats/index.ts'
import { FileSystem } from '../../ports/index.ts'
import { type Frame, requirePosition } from '../record/index.ts'
import { RecordFileWriter } from '../record-file/index.ts'
import { readSegment, scanSegment } from '../segment/index.ts'

/** Nobody but its owner reads a segment that is being made; whoever places it sets its final mode. */
const MODE = 0o600

/**
 * Copies the records up to a bound into a new, closed segment of the same history, number and first position, and fsyncs its contents
 * (the name is the caller's to sync). A leftover of an earlier try is replaced. Records are checked as they are copied.
 * @throws OperatingError `log-corrupt` when damage comes before the bound: only a bound that says how much is good cuts it off
 */
export function* cutSegment(
  checksums: Checksums,
  input: { readonly from: string; readonly to: string; readonly bound: CutBound },
): Task<SegmentScan> {
  const { from, to } = input
  const within = boundTest(input.bound)
  const { header, records } = yield* readSegment(checksums, from)
  yield* FileSystem.remove({ path: to })
  const writer = yield* RecordFileWriter.create(checksums, { path: to, header, mode: MODE })
  let reachedBound = false
  while (!reachedBound) {
    const batch = yield* records.next()
    if (batch === null) break
    const kept = prefix(batch, within)
    reachedBound = kept.length < batch.length
    if (kept.length > 0) yield* writer.append(runOf(kept))
  }
  if (!reachedBound && records.stop !== null && !satisfied(input.bound, writer.lastPosition)) {
    throw new OperatingError(
      'log-corrupt',
      `${from} is damaged at byte ${records.stop.offset}, before the bound: ${records.stop.detail}`,
      { subject: from },
    )
  }
  yield* writer.close()
  yield* FileSystem.sync({ path: to })
  return yield* scanSegment(checksums, to)
}

/** Whether a record lies within the bound. */
function boundTest(bound: CutBound): (frame: Frame) => boolean {
  if (bound.kind === 'position') {
    const last = requirePosition(bound.last)
    return (frame) => frame.position <= last
  }
  return bound.inclusive ? (frame) => frame.at <= bound.at : (frame) => frame.at < bound.at
}

/** True when damage behind this position lies beyond the bound. */
function satisfied(bound: CutBound, lastPosition: number): boolean {
  return bound.kind === 'position' && lastPosition >= requirePosition(bound.last)
}

/** Times never decrease, so the first record beyond the bound ends what is kept: the cut is a prefix (D72, D74). */
function prefix(batch: readonly Frame[], within: (frame: Frame) => boolean): readonly Frame[] {
  const end = batch.findIndex((frame) => !within(frame))
  return end < 0 ? batch : batch.slice(0, end)
}

function runOf(frames: readonly Frame[]) {
  const bytes = new Uint8Array(frames.reduce((sum, frame) => sum + frame.bytes.length, 0))
  let offset = 0
  for (const frame of frames) {
    bytes.set(frame.bytes, offset)
    offset += frame.bytes.length
  }
  return {
    bytes,
    recordCount: frames.length,
    firstRecordAt: frames[0]!.at,
    lastRecordAt: frames.at(-1)!.at,
  }
}
