import { createHash, type Hash } from 'node:crypto'
import { type ObjectStoreContract, OperatingError } from '@dr-drill/runbook-core'
import type { ObjectGets, Receiver, ResponseHead } from './transfer/index.ts'
import { type WireCheck, wireCheck } from './wire-checksum.ts'

type GetInput = Parameters<ObjectStoreContract['get']>[0]
type GotObject = ReturnType<ObjectStoreContract['get']>

/**
 * A whole small object in memory.
 * @throws input-too-large beyond `sizeBytesMax`, object-corrupt when the bytes are not what the store recorded
 */
export async function getObject(gets: ObjectGets, input: GetInput, signal: AbortSignal): Promise<GotObject> {
  const small = new SmallObject(input)
  const { headers } = await gets.get(input, small, signal)
  return {
    bytes: small.finish(),
    etag: headers.etag ?? '',
    versionId: headers['x-amz-version-id'] ?? null,
  }
}

/** Collects the bytes of one object, as many as were allowed. */
class SmallObject implements Receiver {
  readonly #input: GetInput
  readonly #hash: Hash = createHash('sha256')
  readonly #pieces: Uint8Array[] = []
  #sizeBytes = 0
  #check: WireCheck | null = null

  constructor(input: GetInput) {
    this.#input = input
  }

  begin(head: ResponseHead, lengthBytes: number | null): undefined {
    this.#refuseLarger(lengthBytes ?? 0)
    this.#check = wireCheck(head.headers)
  }

  add(bytes: Uint8Array): undefined {
    this.#sizeBytes += bytes.length
    // A store can announce one size and send another.
    this.#refuseLarger(this.#sizeBytes)
    this.#hash.update(bytes)
    this.#check?.update(bytes)
    // The connection uses its bytes again.
    this.#pieces.push(Uint8Array.from(bytes))
  }

  /** Everything has come. @throws object-corrupt */
  finish(): Uint8Array {
    const problem = this.#check?.problem(this.#hash.digest('hex')) ?? null
    if (problem === null) return new Uint8Array(Buffer.concat(this.#pieces))
    const subject = `${this.#input.store}:${this.#input.key}`
    const message = `${subject}: ${problem} from what the store recorded`
    throw new OperatingError('object-corrupt', message, { subject })
  }

  #refuseLarger(sizeBytes: number): void {
    const { key, sizeBytesMax } = this.#input
    if (sizeBytes <= sizeBytesMax) return
    const message = `${key} is larger than ${sizeBytesMax} bytes`
    throw new OperatingError('input-too-large', message, { subject: key })
  }
}
