import { createHash, type Hash } from 'node:crypto'
import {
  type DownloadedObject,
  type FileSystemContract,
  type ObjectStoreContract,
  OperatingError,
  type PortHandler,
} from '@dr-drill/runbook-core'
import { FileSink } from './file-sink.ts'
import type { ObjectGets, Receiver, ResponseHead } from './transfer/index.ts'
import { type WireCheck, wireCheck } from './wire-checksum.ts'

type DownloadInput = Parameters<ObjectStoreContract['download']>[0]

/**
 * One object into one file: bytes go from the socket through SHA-256 to the disk, in constant memory.
 * @throws object-corrupt when they are not what the store recorded or promised
 */
export async function downloadObject(
  gets: ObjectGets,
  files: PortHandler<FileSystemContract>,
  input: DownloadInput,
  signal: AbortSignal,
): Promise<DownloadedObject> {
  const download = new Download(files, input)
  try {
    const { headers } = await gets.get(input, download, signal)
    return {
      ...(await download.finish()),
      etag: headers.etag ?? '',
      versionId: headers['x-amz-version-id'] ?? null,
    }
  } finally {
    await download.close()
  }
}

/** Takes the bytes of one object: counts, hashes, checks and writes them. */
class Download implements Receiver {
  readonly #input: DownloadInput
  readonly #subject: string
  readonly #sink: FileSink
  readonly #hash: Hash = createHash('sha256')
  #check: WireCheck | null = null

  constructor(files: PortHandler<FileSystemContract>, input: DownloadInput) {
    this.#input = input
    this.#subject = `${input.store}:${input.key}`
    this.#sink = new FileSink(files, input.path)
  }

  begin(head: ResponseHead, lengthBytes: number | null): Promise<void> {
    this.#refuseLarger(lengthBytes ?? 0)
    this.#check = wireCheck(head.headers)
    return this.#sink.open(this.#input.mode)
  }

  add(bytes: Uint8Array): Promise<void> | undefined {
    // A store can announce one size and send another.
    this.#refuseLarger(this.#sink.sizeBytes + bytes.length)
    this.#hash.update(bytes)
    this.#check?.update(bytes)
    return this.#sink.add(bytes)
  }

  /** Everything has come: what was written, once it is. @throws object-corrupt */
  async finish(): Promise<{ sizeBytes: number; sha256: string }> {
    await this.#sink.end()
    const sha256 = this.#hash.digest('hex')
    const problem = this.#check?.problem(sha256) ?? null
    if (problem !== null) throw this.#corrupt(`${this.#subject}: ${problem} from what the store recorded`)
    return { sizeBytes: this.#sink.sizeBytes, sha256 }
  }

  close(): Promise<void> {
    return this.#sink.close()
  }

  #refuseLarger(sizeBytes: number): void {
    const { key, sizeBytesMax } = this.#input
    if (sizeBytesMax === undefined || sizeBytes <= sizeBytesMax) return
    throw this.#corrupt(`${key} has more than the ${sizeBytesMax} bytes that were expected`)
  }

  #corrupt(message: string): OperatingError {
    return new OperatingError('object-corrupt', message, { subject: this.#subject })
  }
}
