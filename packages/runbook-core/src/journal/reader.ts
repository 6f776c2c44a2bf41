import type { Checksums } from '../checksums/index.ts'
import { OperatingError } from '../errors/index.ts'
import { utf8Decode } from '../text/utf8.ts'
import { decodeEntry, headerProblem, JOURNAL_LINE_BYTES_MAX, lineDigest } from './entry.ts'
import type { JournalEntry } from './events.ts'
import { looksTorn } from './tear.ts'

const NEWLINE = 10

/** Where a journal ends, and so where a resumed run goes on writing. */
export interface JournalEnd {
  /** Bytes of complete, proven lines; what lies beyond is dropped. */
  readonly offset: number
  /** Of the last entry; 0 when there is none. */
  readonly seq: number
  readonly at: number
  /** SHA-256 of the last complete line; empty when not even the header is there. */
  readonly previous: string
  readonly dropped: 'nothing' | 'incomplete-last-line'
}

/**
 * Reads a journal's bytes in pieces of any size, in memory of one line. An altered byte in a complete line is `journal-damaged`. The
 * end of a write that power loss tore is dropped: a last line without its newline, or lines with sectors of zeros, unless a later
 * line says that they had been fsynced.
 */
export class JournalReader {
  readonly #checksums: Checksums
  #pieces: Uint8Array[] = []
  #pieceBytes = 0
  #offset = 0
  #seq = 0
  #at = 0
  #previous = ''
  /** The first line that cannot be proven and may be torn; nothing after it counts. */
  #suspect = false

  constructor(checksums: Checksums) {
    this.#checksums = checksums
  }

  /** The entries that these bytes complete. @throws OperatingError journal-damaged, input-too-new, input-invalid */
  push(bytes: Uint8Array): JournalEntry[] {
    const entries: JournalEntry[] = []
    let from = 0
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, from)) {
      this.#keep(bytes.subarray(from, end))
      from = end + 1
      const entry = this.#line(this.#take())
      if (entry !== null) entries.push(entry)
    }
    this.#keep(bytes.subarray(from).slice())
    return entries
  }

  /** What was read, when no bytes are left. @throws OperatingError journal-damaged */
  end(): JournalEnd {
    const rest = this.#take()
    if (rest.length > 0 && !this.#suspect) this.#lastLine(rest)
    const dropped = rest.length > 0 || this.#suspect
    return {
      offset: this.#offset,
      seq: this.#seq,
      at: this.#at,
      previous: this.#previous,
      dropped: dropped ? 'incomplete-last-line' : 'nothing',
    }
  }

  #keep(piece: Uint8Array): void {
    this.#pieceBytes += piece.length
    if (this.#pieceBytes > JOURNAL_LINE_BYTES_MAX) this.#damaged('it is longer than any line may be')
    if (piece.length > 0) this.#pieces.push(piece)
  }

  #take(): Uint8Array {
    const line = new Uint8Array(this.#pieceBytes)
    let at = 0
    for (const piece of this.#pieces) {
      line.set(piece, at)
      at += piece.length
    }
    this.#pieces = []
    this.#pieceBytes = 0
    return line
  }

  #line(bytes: Uint8Array): JournalEntry | null {
    if (this.#suspect) return this.#afterSuspect(bytes)
    const entry = this.#prove(bytes)
    if (typeof entry !== 'string') {
      this.#offset += bytes.length + 1
      return entry
    }
    if (!looksTorn(bytes, this.#offset, false)) this.#damaged(entry)
    this.#suspect = true
    return null
  }

  /** A header gives null, an entry itself, anything else what is wrong. */
  #prove(bytes: Uint8Array): JournalEntry | null | string {
    const line = decodeText(bytes)
    if (line === null) return 'it is not UTF-8'
    if (this.#previous === '') {
      const problem = headerProblem(line)
      if (problem === null) this.#previous = lineDigest(line, this.#checksums)
      return problem
    }
    const entry = decodeEntry(line, this.#checksums)
    if (typeof entry === 'string') return entry
    if (entry.previous !== this.#previous) return 'it does not continue the line before it'
    if (entry.seq !== this.#seq + 1 || entry.durable >= entry.seq) return 'its number is wrong'
    if (entry.at < this.#at) return 'its time runs backwards'
    this.#seq = entry.seq
    this.#at = entry.at
    this.#previous = lineDigest(line, this.#checksums)
    return entry
  }

  /** A later line that says the suspect one had been fsynced makes it an alteration. */
  #afterSuspect(bytes: Uint8Array): null {
    const line = decodeText(bytes)
    const entry = line === null ? '' : decodeEntry(line, this.#checksums)
    if (typeof entry !== 'string' && entry.durable > this.#seq) {
      this.#damaged('later lines say that it was durable, so no power loss tore it')
    }
    return null
  }

  /** Bytes without a newline: torn, unless they are a whole line whose newline was changed. */
  #lastLine(rest: Uint8Array): void {
    const last = rest.at(-1)
    const before = { seq: this.#seq, at: this.#at, previous: this.#previous }
    if (last === 0 || last === 0x7d) return
    const whole = typeof this.#prove(rest.subarray(0, -1)) !== 'string'
    this.#seq = before.seq
    this.#at = before.at
    this.#previous = before.previous
    if (whole) this.#damaged('its newline was changed')
  }

  #damaged(problem: string): never {
    const line = this.#previous === '' ? 1 : this.#seq + 2
    throw new OperatingError('journal-damaged', `line ${line} of the journal was altered: ${problem}`, {
      subject: `line ${line}`,
    })
  }
}

function decodeText(bytes: Uint8Array): string | null {
  try {
    return utf8Decode(bytes)
  } catch {
    return null
  }
}
