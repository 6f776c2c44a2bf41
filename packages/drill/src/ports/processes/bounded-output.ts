import { StringDecoder } from 'node:string_decoder'

/** Collects a program's output up to a limit; says when there was more. */
export class BoundedOutput {
  readonly #limit: number
  readonly #decoder = new StringDecoder('utf8')
  #text = ''
  #sizeBytes = 0

  constructor(sizeBytesMax: number) {
    this.#limit = sizeBytesMax
  }

  /** False once the limit is passed; what came beyond it is not kept. */
  add(chunk: Buffer): boolean {
    const room = this.#limit - this.#sizeBytes
    this.#sizeBytes += chunk.length
    if (room > 0) this.#text += this.#decoder.write(chunk.subarray(0, room))
    return this.#sizeBytes <= this.#limit
  }

  get text(): string {
    return this.#text + this.#decoder.end()
  }
}
