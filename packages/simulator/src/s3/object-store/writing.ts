import {
  FileSystem,
  type ObjectStoreContract,
  OperatingError,
  type PortHandler,
  type Task,
  uninterrupted,
} from '@dr-drill/runbook-core'
import { base64OfHex } from '../digests/running-checksum.ts'
import { S3Error } from '../errors/index.ts'
import { lastModifiedNow } from '../operations/context.ts'
import { StagedBytes } from '../operations/receive.ts'
import { storeObject } from '../operations/store-object.ts'
import { type ChecksumAlgorithm, PLAIN_ATTRIBUTES } from '../storage/records.ts'
import { UNCONDITIONAL } from '../wire/conditions.ts'
import type { StoreBinding, StoreCalls } from './stores.ts'

/** Bytes read and written per step. */
const STEP_BYTES = 1024 * 1024

/** `put` and `upload`. */
export function writingHandlers(calls: StoreCalls): Pick<PortHandler<ObjectStoreContract>, 'put' | 'upload'> {
  return {
    put: ({ store, key, bytes, ifAbsent }) => {
      const binding = calls.binding(store)
      const source: Source = { algorithm: 'CRC32', checksum: null, feed: (append) => append(bytes) }
      return calls.told(key, 'object-exists', () => write(calls, binding, key, ifAbsent, source))
    },
    upload: ({ store, key, path, ifAbsent, sha256 }) => {
      const binding = calls.binding(store)
      if (!/^[0-9a-f]{64}$/.test(sha256)) {
        throw new OperatingError('input-invalid', 'sha256 is not 64 lower-case hex digits', { subject: key })
      }
      const source: Source = {
        algorithm: 'SHA256',
        checksum: base64OfHex(sha256),
        feed: (append) => feedFile(calls, path, append),
      }
      return calls.told(key, 'object-exists', () => write(calls, binding, key, ifAbsent, source))
    },
  }
}

/** Where the bytes come from and what they must have. */
interface Source {
  readonly algorithm: ChecksumAlgorithm
  /** Base64; null: whatever they have is recorded. */
  readonly checksum: string | null
  readonly feed: (append: (bytes: Uint8Array) => Task<void>) => Task<void>
}

function* feedFile(calls: StoreCalls, path: string, append: (bytes: Uint8Array) => Task<void>): Task<void> {
  for (let offset = 0; ; ) {
    const bytes = yield* calls.onTarget(() => FileSystem.read({ path, offset, length: STEP_BYTES }))
    if (bytes.length === 0) return
    yield* append(bytes)
    offset += bytes.length
  }
}

function* write(
  calls: StoreCalls,
  binding: StoreBinding,
  relativeKey: string,
  ifAbsent: boolean,
  source: Source,
): Task<{ etag: string }> {
  const { service, bucket } = binding
  const { context } = service
  const key = binding.prefix + relativeKey
  yield* calls.begin(binding, 'PutObject', key)
  if (key === '') throw new S3Error('InvalidArgument', 'A key has at least one byte.')
  const staged = yield* calls.inService(binding, function* () {
    yield* context.storage.buckets.require(bucket)
    return yield* context.storage.staging.begin()
  })
  try {
    const bytes = new StagedBytes(context, staged, source.algorithm)
    yield* source.feed((piece) => calls.inService(binding, () => bytes.append(piece)))
    const digests = bytes.finish()
    if (source.checksum !== null && source.checksum !== digests.checksum) throw new S3Error('BadDigest')
    const record = yield* calls.inService(binding, function* () {
      yield* staged.seal()
      return yield* storeObject(context, {
        bucket,
        staged,
        conditions: { ...UNCONDITIONAL, ifAbsent },
        draft: {
          key,
          deleteMarker: false,
          sizeBytes: staged.sizeBytes,
          etag: digests.md5,
          lastModified: lastModifiedNow(context),
          checksum: { algorithm: source.algorithm, type: 'FULL_OBJECT', value: digests.checksum },
          attributes: PLAIN_ATTRIBUTES,
        },
      })
    })
    return { etag: record.etag }
  } finally {
    yield* uninterrupted(() => calls.inService(binding, () => staged.discard()))
  }
}
