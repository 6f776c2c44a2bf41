import { OperatingError } from '@dr-drill/runbook-core'

/** Longest frame that either side sends or reads, bytes without the newline: two journal lines. */
export const FRAME_BYTES_MAX = 32 * 1024 * 1024

const NEWLINE = 10

/**
 * One message as a frame: its JSON in UTF-8, ended by a newline. JSON escapes newlines within texts, so none stands inside.
 * @throws input-too-large
 */
export function encodeFrame(message: object): Buffer {
  const frame = Buffer.from(`${JSON.stringify(message)}\n`)
  if (frame.length - 1 <= FRAME_BYTES_MAX) return frame
  throw new OperatingError('input-too-large', `a message of ${frame.length} bytes exceeds a frame`)
}

/** Cuts a byte stream into frames; keeps at most one unfinished frame in memory. */
export class FrameReader {
  readonly #bytesMax: number
  #pieces: Buffer[] = []
  #sizeBytes = 0

  constructor(bytesMax = FRAME_BYTES_MAX) {
    this.#bytesMax = bytesMax
  }

  /** The messages that these bytes complete, one after the other. @throws agent-invalid for an oversized frame, or none of JSON */
  *push(chunk: Buffer): Generator<object, void, void> {
    let from = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      this.#keep(chunk.subarray(from, end))
      from = end + 1
      const frame = Buffer.concat(this.#pieces)
      this.#pieces = []
      this.#sizeBytes = 0
      yield parsed(frame)
    }
    this.#keep(chunk.subarray(from))
  }

  #keep(piece: Buffer): void {
    this.#sizeBytes += piece.length
    if (this.#sizeBytes > this.#bytesMax) {
      throw new OperatingError('agent-invalid', `a frame is longer than ${this.#bytesMax} bytes`)
    }
    if (piece.length > 0) this.#pieces.push(piece)
  }
}

/** Its bytes are not told again: they may hold anything. */
function parsed(frame: Buffer): object {
  let message: unknown
  try {
    message = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(frame))
  } catch {
    throw new OperatingError('agent-invalid', 'a frame is not JSON in UTF-8')
  }
  if (typeof message === 'object' && message !== null && !Array.isArray(message)) return message
  throw new OperatingError('agent-invalid', 'a frame is no JSON object')
}
