import { type BodyFraming, framingOf } from './body-framing.ts'
import { HEAD_BYTES_MAX, invalid, mayBeHead, parseHead, type ResponseHead } from './response-head.ts'

/** Who takes an answer as it comes. A promise holds back what follows until it is settled; a failure ends the exchange. */
export interface Receiver {
  /** Called once, before any byte. `lengthBytes` is null when the head does not tell it. */
  begin(head: ResponseHead, lengthBytes: number | null): Promise<void> | undefined
  /** The bytes belong to the connection, which uses them again: they are valid until this returns, or its promise is settled. */
  add(bytes: Uint8Array): Promise<void> | undefined
}

const END = '\r\n\r\n'
/** Answers before the answer (100, 103) that are read over. */
const INTERIM_MAX = 8

/** Reads one answer out of a connection's bytes, in pieces of any size; does no input or output itself. */
export class ResponseReader {
  readonly #receiver: Receiver
  #text = ''
  #interim = 0
  #head: ResponseHead | null = null
  #framing: BodyFraming | null = null
  #hasSurplus = false

  constructor(receiver: Receiver) {
    this.#receiver = receiver
  }

  get head(): ResponseHead | null {
    return this.#head
  }

  get isComplete(): boolean {
    return this.#framing?.isComplete ?? false
  }

  /** False after anything that leaves in doubt where the next answer would begin. */
  get leavesConnectionUsable(): boolean {
    if (this.#head === null || this.#hasSurplus || !this.isComplete) return false
    const asked = this.#head.headers.connection?.toLowerCase() ?? ''
    return this.#head.minorVersion === 0 ? asked === 'keep-alive' : !asked.includes('close')
  }

  /** Takes bytes that came. Null, or a promise until whose end `bytes` must not change. @throws response-invalid, what the receiver throws */
  take(bytes: Uint8Array): Promise<void> | null {
    let at = 0
    while (at < bytes.length && !this.isComplete) {
      let waiting: Promise<void> | undefined
      if (this.#framing === null) {
        const part = this.#takeHead(bytes, at)
        at = part.at
        waiting = part.waiting
      } else {
        const part = this.#framing.next(bytes, at)
        at = part.at
        waiting = part.piece.length === 0 ? undefined : this.#receiver.add(part.piece)
      }
      if (waiting !== undefined) {
        const rest = bytes.subarray(at)
        return waiting.then(() => this.take(rest) ?? undefined)
      }
    }
    if (at < bytes.length) this.#hasSurplus = true
    return null
  }

  /** The connection has ended. True when that is the end of the body. */
  endsWithConnection(): boolean {
    return this.#framing?.endsWithConnection ?? false
  }

  #takeHead(bytes: Uint8Array, at: number): { at: number; waiting: Promise<void> | undefined } {
    const before = this.#text.length
    const text = this.#text + latin1(bytes, at, at + HEAD_BYTES_MAX + END.length - before)
    const end = text.indexOf(END, Math.max(0, before - END.length))
    if (!mayBeHead(text)) throw invalid('it does not begin with an HTTP/1.x status')
    if (end < 0) {
      if (text.length > HEAD_BYTES_MAX) throw invalid(`its head is longer than ${HEAD_BYTES_MAX} bytes`)
      this.#text = text
      return { at: bytes.length, waiting: undefined }
    }
    this.#text = ''
    const next = at + end + END.length - before
    const head = parseHead(text.slice(0, end))
    if (head.status < 200) {
      this.#interim += 1
      if (head.status === 101 || this.#interim > INTERIM_MAX) throw invalid('it is no final answer')
      return { at: next, waiting: undefined }
    }
    this.#head = head
    this.#framing = framingOf(head)
    return { at: next, waiting: this.#receiver.begin(head, this.#framing.lengthBytes) }
  }
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(
    'latin1',
    from,
    Math.min(to, bytes.length),
  )
}
