import { Clock, FileSystem, type Task } from '@dr-drill/runbook-core'
import {
  checkpointFileName,
  type Frame,
  type FrameBatch,
  type FrameRun,
  isUnfinishedCheckpoint,
  parseCheckpointFileName,
  RecordFileWriter,
  unfinishedCheckpointName,
} from '@dr-drill/runbook-core/stemedb'
import type { HistoryLine } from './log-writer.ts'
import { DATA_FILE_MODE, type EngineOptions } from './options.ts'
import type { CheckpointFile, RecordFiles } from './record-files.ts'

/** What a checkpoint is to hold. */
export interface CheckpointPlan {
  readonly line: HistoryLine
  /** Number of the open segment. */
  readonly segmentNumber: number
  /** The last durable position. */
  readonly appliedPosition: number
}

/**
 * Writes everything up to a position into one file: under another name until it is complete and durable, then renamed. The checkpoint
 * before it stays, so that a reader or a backup that has begun with it can finish; older ones go.
 */
export function* writeCheckpoint(
  options: EngineOptions,
  files: RecordFiles,
  plan: CheckpointPlan,
): Task<CheckpointFile> {
  const { dbDirectory } = options
  const { appliedPosition } = plan
  const previous = files.checkpoint
  const fileName = checkpointFileName(appliedPosition)
  const unfinished = `${dbDirectory}/${unfinishedCheckpointName(appliedPosition)}`
  const path = `${dbDirectory}/${fileName}`
  yield* removeWhere(dbDirectory, isUnfinishedCheckpoint)
  const sizeBytes = yield* writeRecords(options, files, plan, unfinished)
  yield* FileSystem.sync({ path: unfinished })
  yield* FileSystem.rename({ from: unfinished, to: path })
  yield* FileSystem.syncDirectory({ path: dbDirectory })
  const file = { path, fileName, appliedPosition, sizeBytes, history: plan.line.history }
  files.checkpoint = file
  const kept = [fileName, previous?.fileName]
  yield* removeWhere(dbDirectory, (name) => parseCheckpointFileName(name) !== null && !kept.includes(name))
  return file
}

function* writeRecords(
  options: EngineOptions,
  files: RecordFiles,
  { line, segmentNumber, appliedPosition }: CheckpointPlan,
  path: string,
): Task<number> {
  const writer = yield* RecordFileWriter.create(options.checksums, {
    path,
    mode: DATA_FILE_MODE,
    header: {
      ...line,
      kind: 'checkpoint',
      number: segmentNumber,
      firstPosition: 1,
      createdAt: yield* Clock.historyNow({}),
      appliedPosition,
    },
  })
  for (let position = 1; position <= appliedPosition; ) {
    const batch = yield* files.readFrom(position, appliedPosition)
    yield* writer.append(runOf(batch))
    position += batch.frames.length
  }
  yield* writer.close()
  return writer.sizeBytes
}

/** A batch as it is written on: its bytes as they lie. */
function runOf({ bytes, frames }: FrameBatch): FrameRun {
  const [first, last] = [frames[0] as Frame, frames.at(-1) as Frame]
  return { bytes, recordCount: frames.length, firstRecordAt: first.at, lastRecordAt: last.at }
}

function* removeWhere(directory: string, isUnwanted: (name: string) => boolean): Task<void> {
  for (const { name } of yield* FileSystem.list({ path: directory })) {
    if (isUnwanted(name)) yield* FileSystem.remove({ path: `${directory}/${name}` })
  }
}
