import { z } from 'zod'
import type { Task } from '../effects/index.ts'
import { OperatingError } from '../errors/index.ts'
import { type Line, LineReader } from './line-reader.ts'
import { type Pull, pull } from './pull.ts'

/** The version of ledger and readback that this program writes; it reads this and all before it. */
export const ORACLE_SCHEMA_VERSION = 1

/** The last line, if there is one: how many records the file has. */
export const endRecord = z.object({ kind: z.literal('end'), records: z.int().nonnegative() })
const declared = z.object({ kind: z.string(), schemaVersion: z.int().positive() })

/** What a kind of JSON Lines file is made of. */
export interface JsonLinesFormat<H, T> {
  readonly kind: string
  readonly header: z.ZodType<H>
  readonly line: z.ZodType<T>
}

/** A parsed line with where it stands. */
export interface Numbered<T> {
  readonly value: T
  readonly number: number
}

/** A JSON Lines file whose header has been read: the rest as a stream. */
export class JsonLinesReader<H, T> implements Pull<Numbered<T>> {
  readonly header: H
  readonly path: string
  readonly #line: z.ZodType<T>
  readonly #lines: Pull<Line>
  #count = 0
  #ready: Numbered<T> | undefined
  #declaredEnd: number | null = null
  #cut = false

  constructor(path: string, header: H, line: z.ZodType<T>, lines: Pull<Line>) {
    this.path = path
    this.header = header
    this.#line = line
    this.#lines = lines
  }

  /**
   * False when the file shows that it is cut short: its last line breaks off, or it has fewer records than its own end line says.
   * Known once the stream has ended.
   */
  get complete(): boolean {
    return !this.#cut && (this.#declaredEnd === null || this.#declaredEnd === this.#count)
  }

  next(): Numbered<T> | undefined {
    const ready = this.#ready
    if (ready !== undefined) {
      this.#ready = undefined
      return ready
    }
    while (!this.#cut) {
      const line = this.#lines.next()
      if (line === undefined) return undefined
      const record = this.#accept(line)
      if (record !== undefined) return record
    }
    return undefined
  }

  *more(): Task<boolean> {
    while (!this.#cut && (yield* this.#lines.more())) {
      this.#ready = this.next()
      if (this.#ready !== undefined) return true
    }
    return false
  }

  /** The record of a line; undefined for a line that ends the file. */
  #accept(line: Line): Numbered<T> | undefined {
    const json = parseJson(line)
    if (json === undefined && !line.terminated) {
      this.#cut = true
      return undefined
    }
    const parsed = this.#line.safeParse(json)
    if (!parsed.success) return this.#endOrError(line, json, parsed.error)
    if (this.#declaredEnd !== null) throw lineError(this.path, line.number, 'follows the end line')
    this.#count += 1
    return { value: parsed.data, number: line.number }
  }

  #endOrError(line: Line, json: unknown, error: z.ZodError): undefined {
    const ending = endRecord.safeParse(json)
    if (!ending.success || this.#declaredEnd !== null) {
      const what = json === undefined ? 'is not JSON' : `is not a record: ${issueText(error)}`
      throw lineError(this.path, line.number, what)
    }
    this.#declaredEnd = ending.data.records
    return undefined
  }
}

/**
 * Opens a JSON Lines file and reads its header.
 * @throws OperatingError `file-missing` and the like from the port, `input-invalid`, `input-too-new`, `input-too-large`
 */
export function* openJsonLines<H, T>(
  path: string,
  format: JsonLinesFormat<H, T>,
): Task<JsonLinesReader<H, T>> {
  const lines = new LineReader(path)
  const first = yield* pull(lines)
  if (first === undefined) throw lineError(path, 1, `is missing: a ${format.kind} begins with its header`)
  const json = parseJson(first)
  const version = declared.safeParse(json)
  if (!version.success || version.data.kind !== format.kind) {
    throw lineError(path, 1, `is not the header of a ${format.kind} ({"kind":"${format.kind}", ...})`)
  }
  if (version.data.schemaVersion > ORACLE_SCHEMA_VERSION) {
    throw new OperatingError(
      'input-too-new',
      `the ${format.kind} has schema version ${version.data.schemaVersion}; this release reads up to ${ORACLE_SCHEMA_VERSION}`,
      { subject: `${path}:1` },
    )
  }
  const header = format.header.safeParse(json)
  if (!header.success) throw lineError(path, 1, `is not a valid header: ${issueText(header.error)}`)
  return new JsonLinesReader(path, header.data, format.line, lines)
}

/** The last line a writer may add, so that a file cut off between two lines is seen to be. */
export function endLine(records: number): string {
  return `${JSON.stringify({ kind: 'end', records })}\n`
}

/** An error that names file and line. */
export function lineError(path: string, number: number, what: string): OperatingError {
  return new OperatingError('input-invalid', `line ${number} ${what}`, { subject: `${path}:${number}` })
}

function parseJson(line: Line): unknown {
  try {
    return JSON.parse(line.text) as unknown
  } catch {
    return undefined
  }
}

function issueText(error: z.ZodError): string {
  const issue = error.issues[0]
  if (issue === undefined) return 'it has the wrong shape'
  const path = issue.path.map(String).join('.')
  return path === '' ? issue.message : `${path}: ${issue.message}`
}
