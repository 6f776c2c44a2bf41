import type { Checksums } from '../checksums/index.ts'
import { Mutex, type Task } from '../effects/index.ts'
import { Clock, FileSystem } from '../ports/index.ts'
import { utf8Encode } from '../text/utf8.ts'
import { encodeEntry, JOURNAL_HEADER, lineDigest } from './entry.ts'
import type { EventOrigin, RunEvent } from './events.ts'
import type { JournalEnd } from './reader.ts'

/** Where a resumed run goes on: the end that `readJournal` found, and the drill time that passed while no process ran. */
export interface Continuation {
  readonly end: JournalEnd
  readonly gapMs: number
}

const JOURNAL_MODE = 0o640

/** Turns events into chained lines and keeps them until they are written. Sealing is atomic; writing is one at a time. */
export class JournalWriter {
  readonly #path: string
  readonly #checksums: Checksums
  readonly #mutex = new Mutex()
  readonly #continuation: Continuation | null
  #opened = false
  #openedAt: number | null = null
  #lines: string[] = []
  #offset: number
  #seq: number
  #durableSeq: number
  #at: number
  #previous: string
  #writing = false
  #broken: { readonly error: unknown } | null = null

  constructor(path: string, checksums: Checksums, continuation: Continuation | null) {
    this.#path = path
    this.#checksums = checksums
    this.#continuation = continuation
    const end = continuation?.end
    this.#offset = end?.offset ?? 0
    this.#seq = end?.seq ?? 0
    this.#durableSeq = this.#seq
    this.#at = (end?.at ?? 0) + (continuation?.gapMs ?? 0)
    this.#previous = end?.previous ?? ''
  }

  /** Appends events; returns after fsync when `durable`. A failed write breaks the journal: everything later fails alike. */
  *append(
    events: readonly RunEvent[],
    durable: boolean,
    origins?: ReadonlyMap<RunEvent, EventOrigin>,
  ): Task<void> {
    const now = yield* Clock.drillNow({})
    this.#assertWhole()
    this.#seal(events, now, origins)
    const upTo = this.#seq
    // What is not durable rides along with a write under way instead of waiting for its fsync.
    if (!durable && this.#writing) return
    yield* this.#mutex.with(() => this.#flush(durable ? upTo : 0))
  }

  #seal(events: readonly RunEvent[], now: number, origins?: ReadonlyMap<RunEvent, EventOrigin>): void {
    this.#openedAt ??= now - this.#at
    this.#at = Math.max(this.#at, now - this.#openedAt)
    if (this.#previous === '') {
      this.#lines.push(JOURNAL_HEADER)
      this.#previous = lineDigest(JOURNAL_HEADER, this.#checksums)
    }
    let previous = this.#previous
    const lines: string[] = []
    for (const event of events) {
      const seq = this.#seq + lines.length + 1
      const line = encodeEntry(
        { seq, at: this.#at, durable: this.#durableSeq, previous, event, origin: origins?.get(event) },
        this.#checksums,
      )
      previous = lineDigest(line, this.#checksums)
      lines.push(line)
    }
    this.#previous = previous
    this.#seq += lines.length
    this.#lines.push(...lines)
  }

  *#flush(durableUpTo: number): Task<void> {
    this.#assertWhole()
    this.#writing = true
    try {
      if (!this.#opened) yield* this.#open()
      if (this.#durableSeq < durableUpTo) yield* this.#writeLines(true)
      while (this.#lines.length > 0) yield* this.#writeLines(false)
    } catch (error) {
      // After a failed fsync nobody knows what the device holds: a second one that succeeds proves nothing.
      this.#broken = { error }
      throw error
    } finally {
      this.#writing = false
    }
  }

  *#writeLines(durable: boolean): Task<void> {
    const upTo = this.#seq
    if (this.#lines.length > 0) {
      const bytes = utf8Encode(`${this.#lines.join('\n')}\n`)
      this.#lines = []
      yield* FileSystem.write({ path: this.#path, offset: this.#offset, bytes })
      this.#offset += bytes.length
    }
    if (!durable) return
    yield* FileSystem.sync({ path: this.#path })
    this.#durableSeq = upTo
  }

  /** Makes the file, its name durable before any content; or takes off what a dead run left after its last complete line. */
  *#open(): Task<void> {
    const path = this.#path
    if (this.#offset > 0) {
      yield* FileSystem.truncate({ path, sizeBytes: this.#offset })
      // Else power loss could mix the old end with new lines, which no reader could tell from an alteration.
      yield* FileSystem.sync({ path })
    } else {
      // Nothing of an earlier journal counts when not even its header is whole.
      if (this.#continuation !== null) yield* FileSystem.remove({ path })
      yield* FileSystem.create({ path, mode: JOURNAL_MODE })
      yield* FileSystem.syncDirectory({ path: path.slice(0, path.lastIndexOf('/')) || '/' })
    }
    this.#opened = true
  }

  #assertWhole(): void {
    if (this.#broken !== null) throw this.#broken.error
  }
}
