import { StringDecoder } from 'node:string_decoder'

/** Cuts a byte stream into lines; a line longer than the limit is cut short there and the rest of it dropped. */
export class LineReader {
  readonly #decoder = new StringDecoder('utf8')
  readonly #onLine: (line: string) => void
  readonly #lengthMax: number
  #rest = ''
  #overlong = false

  constructor(onLine: (line: string) => void, lengthMax = 8192) {
    this.#onLine = onLine
    this.#lengthMax = lengthMax
  }

  add(chunk: Buffer): void {
    const parts = (this.#rest + this.#decoder.write(chunk)).split('\n')
    this.#rest = parts.pop() ?? ''
    for (const part of parts) this.#emit(part)
    if (this.#rest.length > this.#lengthMax) {
      if (!this.#overlong) this.#onLine(this.#rest.slice(0, this.#lengthMax))
      this.#overlong = true
      this.#rest = ''
    }
  }

  /** The stream has ended: an unfinished line is given as it stands. */
  end(): void {
    const rest = this.#rest + this.#decoder.end()
    this.#rest = ''
    if (rest !== '') this.#emit(rest)
  }

  #emit(line: string): void {
    if (this.#overlong) this.#overlong = false
    else this.#onLine(line.slice(0, this.#lengthMax).replace(/\r$/, ''))
  }
}
