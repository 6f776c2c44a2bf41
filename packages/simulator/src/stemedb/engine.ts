import {
  type Checksums,
  hexEncode,
  Mutex,
  type OperatingError,
  Random,
  type Task,
} from '@dr-drill/runbook-core'
import { type Assertion, parseAssertion } from '@dr-drill/runbook-core/stemedb'
import { type AssertResult, CommitQueue } from './commit-queue.ts'
import type { ClosedSegment, LogWriter } from './log-writer.ts'
import { openLog } from './open-log.ts'
import type { EngineOptions } from './options.ts'
import { answerQuery, type Query, type QueryPage } from './query.ts'
import { type CheckpointFile, RecordFiles } from './record-files.ts'
import type { RecordIndex } from './record-index.ts'
import { recoverCheckpoint } from './recover-checkpoint.ts'
import { replayLog } from './replay.ts'
import { surveyLog } from './survey-log.ts'
import { writeCheckpoint } from './write-checkpoint.ts'

/** What the engine says of itself. */
export interface EngineHealth {
  readonly healthy: boolean
  /** Durable assertions; also the last position. */
  readonly assertionCount: number
  readonly walSegments: number
  readonly history: string
}

/** Numbers since the engine was opened, and what recovery found. */
export interface EngineStatistics {
  readonly asserts: number
  readonly duplicates: number
  readonly queries: number
  readonly checkpoints: number
  readonly checkpointPosition: number
  readonly replayedEntries: number
  readonly walFsyncs: number
  readonly walBytes: number
}

/** An assertion as a writer sends it: `id` may be left to the server. */
export type AssertionInput = Omit<Assertion, 'id'> & { readonly id?: string }

/**
 * The StemeDB stand-in: a log of assertions with group commit, checkpoints and recovery. Every method is a task over the ports
 * FileSystem, Clock and Random, so the same code runs in a simulated world and behind real sockets. Open one per pair of directories.
 */
export class StemedbEngine {
  readonly #options: EngineOptions
  readonly #index: RecordIndex
  readonly #files: RecordFiles
  readonly #log: LogWriter
  readonly #commits: CommitQueue
  readonly #checkpointTurn = new Mutex()
  #counts = { asserts: 0, duplicates: 0, queries: 0, checkpoints: 0 }
  readonly #replayedEntries: number

  constructor(
    options: EngineOptions,
    parts: {
      readonly index: RecordIndex
      readonly files: RecordFiles
      readonly log: LogWriter
      readonly replayedEntries: number
    },
  ) {
    this.#options = options
    this.#index = parts.index
    this.#files = parts.files
    this.#log = parts.log
    this.#replayedEntries = parts.replayedEntries
    this.#commits = new CommitQueue(options, parts.log, parts.files, parts.index)
  }

  /** What it was opened with. */
  get checksums(): Checksums {
    return this.#options.checksums
  }

  /** Why the engine has stopped for good; null while it works. The process should end: only a new recovery tells what is on disk. */
  get failure(): OperatingError | null {
    return this.#commits.failure
  }

  /**
   * Asserts; when this returns `created` or `existing`, the content is durable. The same id with the same content again gives the first
   * place, so a writer that got no answer can send again. @throws OperatingError `input-invalid`, `input-too-large`, `service-failed`
   */
  *assert(input: AssertionInput): Task<AssertResult> {
    const id = input.id === undefined ? hexEncode(yield* Random.bytes({ length: 16 })) : input.id
    const result = yield* this.#commits.assert(parseAssertion({ ...input, id }))
    if (result.kind === 'created') this.#counts.asserts += 1
    else this.#counts.duplicates += 1
    return result
  }

  /** One page of assertions. @throws OperatingError `log-corrupt` when a record cannot be read back */
  *query(query: Query): Task<QueryPage> {
    this.#counts.queries += 1
    return yield* answerQuery(this.#options.checksums, this.#index, this.#files, query)
  }

  /** Closes the open segment if it holds a record. Gives the newest closed segment; null when the log has none. */
  *rotate(): Task<ClosedSegment | null> {
    return yield* this.#commits.rotate()
  }

  /** Writes a checkpoint of everything durable now; the present one is given when nothing came since. */
  *checkpoint(): Task<CheckpointFile> {
    return yield* this.#checkpointTurn.with(() => this.#checkpoint())
  }

  *#checkpoint(): Task<CheckpointFile> {
    const current = this.#files.checkpoint
    const { line } = this.#log
    const plan = { line, segmentNumber: this.#log.number, appliedPosition: this.#index.count }
    const isCurrent = current?.appliedPosition === plan.appliedPosition && current.history === line.history
    if (isCurrent) return current
    const written = yield* writeCheckpoint(this.#options, this.#files, plan)
    this.#counts.checkpoints += 1
    return written
  }

  health(): EngineHealth {
    return {
      healthy: this.failure === null,
      assertionCount: this.#index.count,
      walSegments: this.#log.segmentCount,
      history: this.#log.line.history,
    }
  }

  statistics(): EngineStatistics {
    return {
      ...this.#counts,
      checkpointPosition: this.#files.checkpoint?.appliedPosition ?? 0,
      replayedEntries: this.#replayedEntries,
      walFsyncs: this.#log.counters.fsyncs,
      walBytes: this.#log.counters.bytes,
    }
  }

  /** Waits for what is under way; later assertions are refused. Nothing needs to be flushed: what was acknowledged is durable. */
  *close(): Task<void> {
    yield* this.#commits.close()
    yield* this.#checkpointTurn.with(nothing)
  }
}

function* nothing(): Task<void> {}

/**
 * Recovers a database and opens it: newest complete checkpoint, then the log behind it. Says the lines of seed-facts C.6 up to
 * `Rebuilding indexes...`; its host says `Startup complete` once it listens.
 * @throws OperatingError `log-corrupt`, `log-gap`, `log-history-conflict`, `version-mismatch`, and what the disk throws: not opened
 */
export function* openEngine(options: EngineOptions): Task<StemedbEngine> {
  const say = (line: string) => options.onLog?.('info', line)
  say('Starting WAL recovery...')
  const hashSeed = options.hashSeed ?? (yield* Random.uint32({}))
  const checkpoint = yield* recoverCheckpoint(options, hashSeed)
  const { index } = checkpoint
  const survey = yield* surveyLog(options)
  const replayed = yield* replayLog(options, survey, checkpoint)
  say(`Replayed ${replayed.entries} entries from WAL`)
  say('Rebuilding indexes...')
  index.buildTable()
  const files = new RecordFiles(options.checksums, index)
  files.checkpoint = checkpoint.file
  files.segments.push(...replayed.read)
  const log = yield* openLog(options, { survey, replayed, checkpoint, files })
  return new StemedbEngine(options, { index, files, log, replayedEntries: replayed.entries })
}
