import type { Checksums } from '../../checksums/index.ts'
import type { Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { Clock, FileSystem, Log } from '../../ports/index.ts'
import type { BackupFacts } from '../backup/manifest.ts'
import { checkpointFileName, parseCheckpointFileName, scanCheckpoint } from '../checkpoint/index.ts'
import { formatPosition } from '../record/index.ts'
import { FORMAT_VERSION, lineageOf, type RecordFileHeader } from '../record-file/index.ts'
import { scanSegment } from '../segment/index.ts'
import {
  checkRotated,
  type EngineAccess,
  requestCheckpoint,
  requestRotation,
  stranger,
} from './engine-admin.ts'
import { type ClosedSegment, closedRun, currentHistory, localSegments } from './local-log.ts'

/** Where a running engine keeps its files, and how to reach it. */
export interface RunningEngine extends EngineAccess {
  readonly walDirectory: string
  readonly dbDirectory: string
  /** Version of the engine that runs: a restore uses the artefact that wrote the data (D45). */
  readonly engineVersion: string
}

/** A file of the engine that belongs into a backup. */
export interface BackupSource {
  /** Where it lies. */
  readonly path: string
  /** Its path in the backup. */
  readonly backupPath: string
  readonly sizeBytes: number
  readonly sha256: string
}

/** What a backup will hold: a checkpoint and the closed segments that continue it. */
export interface BackupContents {
  readonly facts: BackupFacts
  readonly checkpoint: BackupSource
  readonly log: readonly BackupSource[]
}

interface NewestCheckpoint extends BackupSource {
  readonly header: RecordFileHeader
  readonly appliedPosition: number
  readonly history: string
  /** History time, ms, of its last record; 0 when it holds none. */
  readonly lastRecordAt: number
}

/**
 * Has the engine write a checkpoint and close its segment, and finds the files that together hold everything durable at that moment:
 * each is read once for its digest and its own checksums.
 * @throws OperatingError `log-corrupt`, `log-gap`, `identity-mismatch`; `file-missing` when a later checkpoint superseded this one
 */
export function* gatherContents(
  checksums: Checksums,
  engine: RunningEngine,
  startedAt: number,
): Task<BackupContents> {
  const asked = yield* requestCheckpoint(engine)
  const checkpoint = yield* newestCheckpoint(checksums, engine.dbDirectory)
  if (checkpoint.appliedPosition < asked.appliedPosition) throw stranger(engine.endpoint, engine.dbDirectory)
  const rotated = yield* requestRotation(engine)
  const segments = yield* localSegments(checksums, engine.walDirectory)
  checkRotated(engine, rotated, segments)
  const now = yield* Clock.historyNow({})
  const history = currentHistory(segments) ?? checkpoint.history
  const run = closedRun(segments, history, checkpoint.appliedPosition)
  const stopPosition = endOf(checkpoint.appliedPosition, run)
  const log: BackupSource[] = []
  for (const segment of run) log.push(yield* sourceOf(checksums, segment))
  const facts: BackupFacts = {
    history,
    lineage: lineageOf(segments.at(-1)?.header ?? checkpoint.header),
    engineVersion: engine.engineVersion,
    formatVersion: FORMAT_VERSION,
    startPosition: formatPosition(checkpoint.appliedPosition),
    stopPosition: formatPosition(stopPosition),
    startedAt,
    // After a step back of the clock the engine stamps later than the clock says: no record in the backup is later than this.
    stoppedAt: Math.max(startedAt, now, checkpoint.lastRecordAt, run.at(-1)?.footer.lastRecordAt ?? 0),
    // Every position from 1 on is one record.
    recordCount: stopPosition,
  }
  return { facts, checkpoint, log }
}

/** The newest checkpoint that is whole; damaged ones are passed over, since an older one with more log says the same. */
function* newestCheckpoint(checksums: Checksums, dbDirectory: string): Task<NewestCheckpoint> {
  const positions = (yield* FileSystem.list({ path: dbDirectory }))
    .map((entry) => parseCheckpointFileName(entry.name))
    .filter((position) => position !== null)
    .sort((a, b) => b - a)
  for (const position of positions) {
    const fileName = checkpointFileName(position)
    const path = `${dbDirectory}/${fileName}`
    const scan = yield* scanCheckpoint(checksums, path, { depth: 'blocks', digest: true })
    const { header, damage, sha256, sizeBytes } = scan
    if (damage === null && header?.appliedPosition === position && sha256 !== null) {
      const { history, appliedPosition } = header
      const lastRecordAt = scan.lastRecordAt ?? 0
      const backupPath = `db/${fileName}`
      return { path, sha256, sizeBytes, backupPath, header, appliedPosition, history, lastRecordAt }
    }
    const message = `Checkpoint ${fileName} is damaged and was passed over`
    yield* Log.write({ level: 'error', message, fields: { detail: damage?.detail ?? 'another position' } })
  }
  throw new OperatingError('log-corrupt', `${dbDirectory} holds no intact checkpoint`, {
    subject: dbDirectory,
  })
}

/** Last position that checkpoint and log hold together. @throws OperatingError `log-gap` */
function endOf(appliedPosition: number, log: readonly ClosedSegment[]): number {
  const first = log[0]
  if (first === undefined) return appliedPosition
  if (first.header.firstPosition > appliedPosition + 1) {
    throw new OperatingError(
      'log-gap',
      `the log begins at position ${first.header.firstPosition}, but the checkpoint ends at ${appliedPosition}`,
      { subject: first.path },
    )
  }
  return Math.max(appliedPosition, log.at(-1)!.footer.lastPosition)
}

function* sourceOf(checksums: Checksums, { path, fileName }: ClosedSegment): Task<BackupSource> {
  const scan = yield* scanSegment(checksums, path, 'blocks')
  if (scan.damage === null && scan.closed) {
    return { path, backupPath: `wal/${fileName}`, sizeBytes: scan.sizeBytes, sha256: scan.sha256 }
  }
  const detail = scan.damage?.detail ?? 'it is open'
  throw new OperatingError('log-corrupt', `${path} cannot be backed up: ${detail}`, { subject: path })
}
