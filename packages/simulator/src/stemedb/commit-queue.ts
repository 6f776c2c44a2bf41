import {
  attempt,
  Clock,
  INSTANT_MAX,
  invariant,
  Mutex,
  OperatingError,
  type Task,
  uninterrupted,
} from '@dr-drill/runbook-core'
import {
  type Assertion,
  decodeAssertion,
  encodeAssertion,
  frameSize,
  writeFrame,
} from '@dr-drill/runbook-core/stemedb'
import type { ClosedSegment, LogWriter } from './log-writer.ts'
import type { EngineOptions } from './options.ts'
import type { RecordFiles } from './record-files.ts'
import type { RecordIndex } from './record-index.ts'

/** Most bytes and records of one group: bounds how long an acknowledgement waits for others. */
const GROUP_BYTES = 1 << 20
const GROUP_RECORDS = 4096

/**
 * What became of an assertion. `created`: durable now. `existing`: the same content under this id was durable already, and this is its
 * place. `conflict`: the id holds other content; nothing was written.
 */
export interface AssertResult {
  readonly kind: 'created' | 'existing' | 'conflict'
  readonly id: string
  readonly position: number
  readonly at: number
}

interface Entry {
  readonly assertion: Assertion
  readonly body: Uint8Array
  /** An error: its own lookup failed; the others of its group are not concerned. */
  outcome: AssertResult | OperatingError | null
}

/**
 * Group commit. Whoever comes first leads: it takes everything queued, writes it in one piece, fsyncs once, and only then is anything
 * of it seen or acknowledged. The others find their result when their turn comes. The first failure of the disk stops the queue for good.
 */
export class CommitQueue {
  readonly #options: EngineOptions
  readonly #log: LogWriter
  readonly #files: RecordFiles
  readonly #index: RecordIndex
  readonly #turn = new Mutex()
  #queue: Entry[] = []
  #closed = false
  #failure: OperatingError | null = null
  /** Least time that the next record may have. */
  #floorAt: number

  constructor(options: EngineOptions, log: LogWriter, files: RecordFiles, index: RecordIndex) {
    this.#options = options
    this.#log = log
    this.#files = files
    this.#index = index
    // A restored database never stamps two records alike that lie on either side of the restore.
    this.#floorAt = index.count === 0 ? 0 : index.lastAt + 1
  }

  /** Why nothing more can be written; null while all is well. */
  get failure(): OperatingError | null {
    return this.#failure
  }

  /** Queues an assertion and returns when its fate is durable. @throws OperatingError `service-failed`, `input-too-large` */
  *assert(assertion: Assertion): Task<AssertResult> {
    const entry: Entry = { assertion, body: encodeAssertion(assertion), outcome: null }
    this.#queue.push(entry)
    yield* this.#turn.with(() => uninterrupted(() => this.#commitUntil(entry)))
    const outcome = entry.outcome as AssertResult | OperatingError | null
    if (outcome instanceof OperatingError) throw outcome
    invariant(outcome !== null, 'a turn ends with an outcome or throws')
    return outcome
  }

  /** Closes the open segment between two groups. */
  *rotate(): Task<ClosedSegment | null> {
    return yield* this.#turn.with(() => uninterrupted(() => this.#guarded(this.#rotate())))
  }

  /** Waits for the group under way; later assertions are refused. */
  *close(): Task<void> {
    this.#closed = true
    yield* this.#turn.with(noTask)
  }

  *#rotate(): Task<ClosedSegment | null> {
    return yield* this.#log.rotate(yield* Clock.historyNow({}))
  }

  *#commitUntil(entry: Entry): Task<void> {
    while (entry.outcome === null) yield* this.#guarded(this.#commitGroup(this.#takeGroup()))
  }

  /** Fail-stop: after an error of the disk nobody may write again. */
  *#guarded<A>(task: Task<A>): Task<A> {
    if (this.#failure !== null) throw stopped(this.#failure)
    if (this.#closed) throw new OperatingError('service-failed', 'the database is closing')
    try {
      return yield* task
    } catch (error) {
      if (error instanceof OperatingError && this.#failure === null) {
        this.#failure = error
        this.#options.onLog?.('error', `Write-ahead log failed, stopping: ${error.message}`)
      }
      throw error
    }
  }

  #takeGroup(): readonly Entry[] {
    let [bytes, count] = [0, 0]
    for (const { body } of this.#queue) {
      bytes += frameSize(body.length)
      if (count > 0 && (bytes > GROUP_BYTES || count === GROUP_RECORDS)) break
      count += 1
    }
    return this.#queue.splice(0, count)
  }

  *#commitGroup(group: readonly Entry[]): Task<void> {
    const fresh = new Map<string, Entry[]>()
    for (const entry of group) {
      const { id } = entry.assertion
      const others = fresh.get(id)
      const known = others === undefined ? yield* attempt(this.#findExisting(entry)) : null
      if (known?.ok === false) entry.outcome = known.error
      else if (known?.value != null) entry.outcome = known.value
      else if (others === undefined) fresh.set(id, [entry])
      else others.push(entry)
    }
    if (fresh.size > 0) yield* this.#write([...fresh.values()])
  }

  /** Writes the first entry of each id; the others of that id learn what it came to. */
  *#write(entries: readonly (readonly Entry[])[]): Task<void> {
    const at = Math.max(yield* Clock.historyNow({}), this.#floorAt)
    if (at > INSTANT_MAX)
      throw new OperatingError('log-corrupt', 'the last record is of the end of the year 9999')
    const durablePosition = this.#index.count
    const firsts = entries.map((same) => same[0] as Entry)
    const total = firsts.reduce((sum, { body }) => sum + frameSize(body.length), 0)
    const bytes = new Uint8Array(total)
    let offset = 0
    firsts.forEach(({ body }, order) => {
      const fields = { position: durablePosition + 1 + order, at, durablePosition, body }
      offset = writeFrame(this.#options.checksums, bytes, offset, fields)
    })
    yield* this.#log.append({ bytes, recordCount: firsts.length, firstRecordAt: at, lastRecordAt: at })
    this.#floorAt = at
    entries.forEach((same, order) => {
      const position = durablePosition + 1 + order
      const first = same[0] as Entry
      this.#index.add({ position, at, body: first.body }, first.assertion)
      for (const entry of same) {
        const kind = entry === first ? 'created' : sameBody(entry.body, first.body) ? 'existing' : 'conflict'
        entry.outcome = { kind, id: entry.assertion.id, position, at }
      }
    })
  }

  *#findExisting({ assertion, body }: Entry): Task<AssertResult | null> {
    for (const position of this.#index.positionsOfId(assertion.id)) {
      const [frame] = (yield* this.#files.readFrom(position, position)).frames
      if (frame === undefined || decodeAssertion(frame.body).id !== assertion.id) continue
      const kind = sameBody(frame.body, body) ? 'existing' : 'conflict'
      return { kind, id: assertion.id, position, at: frame.at }
    }
    return null
  }
}

function* noTask(): Task<void> {}

/** Bodies are canonical, so equal bytes are equal content. */
function sameBody(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

function stopped(cause: OperatingError): OperatingError {
  return new OperatingError('service-failed', 'the database has stopped after a failure of its disk', {
    cause,
  })
}
