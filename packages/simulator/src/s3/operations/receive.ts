import { type RunningDigest, type Task, uninterrupted } from '@dr-drill/runbook-core'
import { RunningChecksum } from '../digests/running-checksum.ts'
import { S3Error } from '../errors/index.ts'
import type { ChecksumAlgorithm } from '../storage/records.ts'
import type { StagedFile } from '../storage/staged-file.ts'
import { checkedValue, checksumHeader, expectedChecksum, expectedMd5 } from '../wire/checksum-headers.ts'
import type { OperationInput, ServiceContext } from './context.ts'

/** Bytes on their way to a staged file, digested as they pass. */
export class StagedBytes {
  readonly staged: StagedFile
  readonly #md5: RunningDigest
  readonly #checksum: RunningChecksum

  constructor(context: ServiceContext, staged: StagedFile, algorithm: ChecksumAlgorithm) {
    this.staged = staged
    this.#md5 = context.digests.md5()
    this.#checksum = new RunningChecksum(context.digests, algorithm)
  }

  *append(bytes: Uint8Array): Task<void> {
    this.#md5.update(bytes)
    this.#checksum.update(bytes)
    yield* this.staged.append(bytes)
  }

  /** Digests of all bytes; the file is not synced yet. */
  finish(): { readonly md5: string; readonly algorithm: ChecksumAlgorithm; readonly checksum: string } {
    return { md5: this.#md5.hex(), algorithm: this.#checksum.algorithm, checksum: this.#checksum.base64() }
  }
}

/** A body that arrived whole, was what its headers and trailers promise, and is synced. */
export interface ReceivedBody {
  readonly staged: StagedFile
  readonly sizeBytes: number
  /** Hex MD5: the ETag of what is put in one piece. */
  readonly md5: string
  readonly algorithm: ChecksumAlgorithm
  /** Base64. */
  readonly checksum: string
}

/**
 * Receives the body of a request into a staged file and runs `use` with it; the file is gone afterwards unless it was moved to a
 * real name. Without a checksum from the client the one of `fallback` is recorded (S3's own default is CRC64NVME).
 * @throws MissingContentLength, EntityTooLarge, IncompleteBody, BadDigest, InvalidDigest, InvalidRequest and the payload's own
 */
export function* withReceivedBody<A>(
  context: ServiceContext,
  input: OperationInput,
  fallback: ChecksumAlgorithm,
  use: (body: ReceivedBody) => Task<A>,
): Task<A> {
  const { headers } = input.request
  const expected = expectedChecksum(headers)
  const md5 = expectedMd5(headers)
  const declared = input.payload.declaredSizeBytes
  if (declared === null) throw new S3Error('MissingContentLength')
  if (declared > context.limits.putSizeBytesMax) {
    throw new S3Error('EntityTooLarge', undefined, {
      ProposedSize: String(declared),
      MaxSizeAllowed: String(context.limits.putSizeBytesMax),
    })
  }
  const staged = yield* context.storage.staging.begin()
  try {
    const bytes = new StagedBytes(context, staged, expected?.algorithm ?? fallback)
    yield* drain(input, bytes, declared)
    const digests = bytes.finish()
    if (md5 !== null && md5 !== digests.md5) throw badDigest('Content-MD5')
    if (expected !== null) {
      const trailer = input.payload.trailers.get(checksumHeader(expected.algorithm)) ?? ''
      const value = expected.value ?? checkedValue(expected.algorithm, trailer)
      if (value !== digests.checksum) throw badDigest(expected.algorithm)
    }
    yield* staged.seal()
    return yield* use({ staged, sizeBytes: staged.sizeBytes, ...digests })
  } finally {
    yield* uninterrupted(() => staged.discard())
  }
}

function* drain(input: OperationInput, bytes: StagedBytes, declared: number): Task<void> {
  for (let piece = yield* input.payload.read(); piece !== null; piece = yield* input.payload.read()) {
    yield* bytes.append(piece)
    if (bytes.staged.sizeBytes > declared) throw new S3Error('IncompleteBody')
  }
  if (bytes.staged.sizeBytes !== declared) throw new S3Error('IncompleteBody')
}

function badDigest(what: string): S3Error {
  return new S3Error('BadDigest', `The ${what} you specified did not match the calculated checksum.`)
}
