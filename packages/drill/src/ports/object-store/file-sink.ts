import {
  type CallContext,
  type FileSystemContract,
  OperatingError,
  type PortHandler,
} from '@dr-drill/runbook-core'

const CHUNK_BYTES = 256 * 1024
/** Buffers kept for the next downloads; more than run at once would lie idle. */
const KEPT_MAX = 16
const kept: Buffer[] = []

const takeBuffer = (): Buffer => kept.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES)

function giveBuffer(buffer: Buffer | null): void {
  if (buffer !== null && kept.length < KEPT_MAX) kept.push(buffer)
}

const uncancelled: CallContext = { onCancel() {} }

/**
 * Writes a stream into one file of the target, through the target's own FileSystem, so that its rules (root, symlinks, owners)
 * hold. Two buffers: one fills while the other is written; memory does not grow with the file, nor, since buffers are used again, with
 * the number of files.
 */
export class FileSink {
  readonly #files: PortHandler<FileSystemContract>
  readonly #path: string
  #filling: Buffer | null = null
  #spare: Buffer | null = null
  #filled = 0
  #offset = 0
  #writing: Promise<unknown> = Promise.resolve()

  constructor(files: PortHandler<FileSystemContract>, path: string) {
    this.#files = files
    this.#path = path
  }

  /** Makes the file, or empties the one that is there. */
  async open(mode: number): Promise<void> {
    const path = this.#path
    try {
      await this.#files.create({ path, mode }, uncancelled)
    } catch (thrown) {
      if (!(thrown instanceof OperatingError) || thrown.code !== 'file-exists') throw thrown
      await this.#files.truncate({ path, sizeBytes: 0 }, uncancelled)
      await this.#files.setMode({ path, mode }, uncancelled)
    }
  }

  /** Bytes taken so far. */
  get sizeBytes(): number {
    return this.#offset + this.#filled
  }

  /** Takes a copy of the bytes: at once, or by the time the promise is settled, when there is no room before a write has ended. */
  add(bytes: Uint8Array): Promise<void> | undefined {
    const taken = this.#take(bytes, 0)
    return this.#filled === CHUNK_BYTES ? this.#addRest(bytes, taken) : undefined
  }

  async #addRest(bytes: Uint8Array, from: number): Promise<void> {
    let taken = from
    while (this.#filled === CHUNK_BYTES) {
      await this.#flush()
      taken += this.#take(bytes, taken)
    }
  }

  /** Takes what there is room for; gives how much that was. */
  #take(bytes: Uint8Array, from: number): number {
    if (from === bytes.length) return 0
    this.#filling ??= takeBuffer()
    const count = Math.min(bytes.length - from, CHUNK_BYTES - this.#filled)
    this.#filling.set(bytes.subarray(from, from + count), this.#filled)
    this.#filled += count
    return count
  }

  /** Waits until everything is written (not synced). */
  async end(): Promise<void> {
    if (this.#filled > 0) await this.#flush()
    await this.#writing
  }

  /** Gives its buffers back, once nothing writes from them any more. Always the last call, also after a failure. */
  async close(): Promise<void> {
    await this.#writing.catch(() => {})
    giveBuffer(this.#filling)
    giveBuffer(this.#spare)
    this.#filling = null
    this.#spare = null
  }

  async #flush(): Promise<void> {
    await this.#writing
    const full = this.#filling
    if (full === null) return
    const input = { path: this.#path, offset: this.#offset, bytes: full.subarray(0, this.#filled) }
    this.#filling = this.#spare
    this.#spare = full
    this.#offset += this.#filled
    this.#filled = 0
    this.#writing = Promise.resolve(this.#files.write(input, uncancelled) as PromiseLike<unknown>)
    // Told by the next await; never an unhandled rejection in between.
    this.#writing.catch(() => {})
  }
}
