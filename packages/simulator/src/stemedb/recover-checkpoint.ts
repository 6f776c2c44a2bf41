import { FileSystem, type Task } from '@dr-drill/runbook-core'
import {
  checkpointFault,
  FrameReader,
  HEADER_BYTES,
  isUnfinishedCheckpoint,
  parseCheckpointFileName,
  type RecordFileEnds,
  type RecordFileHeader,
  readEnds,
} from '@dr-drill/runbook-core/stemedb'
import type { EngineOptions } from './options.ts'
import type { CheckpointFile } from './record-files.ts'
import { RecordIndex } from './record-index.ts'

/** A checkpoint that was read whole, and the index over its records. */
export interface RecoveredCheckpoint {
  readonly file: CheckpointFile | null
  readonly header: RecordFileHeader | null
  readonly index: RecordIndex
  /** The last record's frame, to be compared with the log's; null without a record. */
  readonly lastFrame: Uint8Array | null
}

/**
 * Reads the newest complete checkpoint into an index. Damaged ones are passed over with a warning and stay: the log may make up for
 * them, and replay says so when it cannot. What a crash left unfinished is removed.
 */
export function* recoverCheckpoint(options: EngineOptions, hashSeed: number): Task<RecoveredCheckpoint> {
  const { dbDirectory } = options
  const candidates: { path: string; fileName: string; applied: number }[] = []
  for (const { name } of yield* FileSystem.list({ path: dbDirectory })) {
    const path = `${dbDirectory}/${name}`
    if (isUnfinishedCheckpoint(name)) yield* FileSystem.remove({ path })
    const applied = parseCheckpointFileName(name)
    if (applied !== null) candidates.push({ path, fileName: name, applied })
  }
  candidates.sort((a, b) => b.applied - a.applied)
  for (const { path, fileName, applied } of candidates) {
    const ends = yield* readEnds(options.checksums, path)
    const loaded = yield* load(options, ends, applied, hashSeed)
    if (typeof loaded === 'string') options.onLog?.('warn', `Checkpoint ${fileName} passed over: ${loaded}`)
    else return { ...loaded, file: describe(ends, fileName) }
  }
  const index = new RecordIndex(options.checksums, hashSeed)
  return { file: null, header: null, index, lastFrame: null }
}

function describe(ends: RecordFileEnds, fileName: string): CheckpointFile {
  const { path, sizeBytes } = ends
  const header = ends.header as RecordFileHeader
  return { path, fileName, sizeBytes, appliedPosition: header.appliedPosition, history: header.history }
}

/** Reads a checkpoint's records; a text says why it is not usable. */
function* load(
  options: EngineOptions,
  ends: RecordFileEnds,
  applied: number,
  hashSeed: number,
): Task<Omit<RecoveredCheckpoint, 'file'> | string> {
  const { header, footer, path } = ends
  const fault = checkpointFault(ends)
  if (fault !== null || header === null || footer === null) return fault ?? 'the checkpoint is damaged'
  if (header.appliedPosition !== applied) return 'its name and its header disagree about the applied position'
  const index = new RecordIndex(options.checksums, hashSeed)
  let lastFrame: Uint8Array | null = null
  const range = { path, offset: HEADER_BYTES, end: footer.dataEnd, position: 1 }
  const reader = new FrameReader(options.checksums, range)
  for (let batch = yield* reader.next(); batch !== null; batch = yield* reader.next()) {
    index.addRecovered(batch)
    lastFrame = batch.at(-1)?.bytes ?? lastFrame
  }
  if (reader.stop !== null) return `at offset ${reader.stop.offset}, ${reader.stop.detail}`
  if (index.count !== applied) return 'it does not hold the records that it counts'
  return { header, index, lastFrame: lastFrame?.slice() ?? null }
}
