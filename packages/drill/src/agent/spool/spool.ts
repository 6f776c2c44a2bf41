import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { OperatingError, type RunEvent } from '@dr-drill/runbook-core'
import { eventLine, headerLine, parseSpool, type SpooledEvent } from './spool-file.ts'

/** Hears of events when they are numbered, in their order; what it answers is awaited before an append returns. */
export type TellEvents = (events: readonly SpooledEvent[]) => Promise<void>

interface Waiting {
  readonly durable: boolean
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * What an agent told, and the runner has not acknowledged: one file on the agent's machine, so that an intent survives the agent, the
 * connection and the runner. Appends are numbered at once and written in that order; those that wait for fsync together share one.
 */
export class Spool {
  readonly id: string
  readonly #file: FileHandle
  readonly #found: readonly SpooledEvent[]
  #last: number
  #lines: string[] = []
  #waiting: Waiting[] = []
  #writing: Promise<void> | null = null
  #broken: { readonly error: unknown } | null = null

  private constructor(id: string, file: FileHandle, found: readonly SpooledEvent[], last: number) {
    this.id = id
    this.#file = file
    this.#found = found
    this.#last = last
  }

  /**
   * Opens the spool of a run, or makes it. `acknowledged` says, by spool, what the runner's journal has; when that is all, the file
   * begins anew. Whoever calls this holds the directory's lock. @throws journal-damaged, precondition-failed
   */
  static async open(
    directory: string,
    runId: string,
    acknowledged: Readonly<Record<string, number>>,
  ): Promise<Spool> {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const path = join(directory, 'spool.jsonl')
    const found = existsSync(path) ? parseSpool(readFileSync(path)) : null
    if (found !== null && found.header.runId !== runId) {
      throw new OperatingError('precondition-failed', `${directory} is the spool of another run`, {
        subject: directory,
      })
    }
    const id = found?.header.spool ?? randomBytes(8).toString('hex')
    const known = Object.hasOwn(acknowledged, id) ? (acknowledged[id] ?? 0) : 0
    const last = Math.max(found?.events.at(-1)?.seq ?? 0, found?.header.after ?? 0, known)
    const left = (found?.events ?? []).filter(({ seq }) => seq > known)
    if (found === null || left.length === 0) {
      replaceFile(directory, path, headerLine({ spool: id, runId, after: last }))
      return new Spool(id, await open(path, 'a'), [], last)
    }
    const file = await open(path, 'a')
    await file.truncate(found.sizeBytes)
    await file.sync()
    return new Spool(id, file, left, last)
  }

  /** Number of the last event that the runner is known to have. */
  get after(): number {
    const [first] = this.#found
    return first === undefined ? this.#last : first.seq - 1
  }

  /** What was found that the runner does not have, oldest first. */
  get unacknowledged(): readonly SpooledEvent[] {
    return this.#found
  }

  /** Numbers events and writes them; returns when they are written, or durable. A failed write or fsync breaks the spool for good. */
  async append(events: readonly RunEvent[], durable: boolean, tell: TellEvents): Promise<void> {
    if (this.#broken !== null) throw this.#broken.error
    const spooled = events.map((event): SpooledEvent => {
      this.#last += 1
      return { seq: this.#last, durable, event }
    })
    this.#lines.push(...spooled.map(eventLine))
    const written = new Promise<void>((resolve, reject) => this.#waiting.push({ durable, resolve, reject }))
    this.#writing ??= this.#write()
    await Promise.all([written, tell(spooled)])
  }

  /** Waits for what is being written and closes the file. */
  async close(): Promise<void> {
    await this.#writing
    await this.#file.close()
  }

  /** Never rejects: whoever waits is told. */
  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const waiting = this.#waiting.splice(0)
      try {
        if (this.#broken !== null) throw this.#broken.error
        await this.#file.appendFile(this.#lines.splice(0).join(''))
        if (waiting.some(({ durable }) => durable)) await this.#file.datasync()
        for (const { resolve } of waiting) resolve()
      } catch (thrown) {
        // After a failed fsync nobody knows what the device holds.
        this.#broken ??= { error: inputOutput(thrown) }
        for (const { reject } of waiting) reject(this.#broken.error)
      }
    }
    this.#writing = null
  }
}

/** Replaces a file as a whole, durably with its name. */
function replaceFile(directory: string, path: string, text: string): void {
  const file = openSync(`${path}.new`, 'w', 0o600)
  writeSync(file, text)
  fsyncSync(file)
  closeSync(file)
  renameSync(`${path}.new`, path)
  const folder = openSync(directory, 'r')
  fsyncSync(folder)
  closeSync(folder)
}

function inputOutput(thrown: unknown): OperatingError {
  const code = (thrown as NodeJS.ErrnoException).code
  return new OperatingError(
    code === 'ENOSPC' ? 'disk-full' : 'input-output',
    `the spool: ${code ?? String(thrown)}`,
  )
}
