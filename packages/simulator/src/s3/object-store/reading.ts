import {
  type DownloadedObject,
  FileSystem,
  type ObjectStoreContract,
  OperatingError,
  type PortHandler,
  type Task,
} from '@dr-drill/runbook-core'
import { RunningChecksum } from '../digests/running-checksum.ts'
import { S3Error } from '../errors/index.ts'
import { type OpenObject, openObject } from '../operations/open-object.ts'
import type { ObjectRecord } from '../storage/records.ts'
import type { StoreBinding, StoreCalls } from './stores.ts'

/** Bytes read and written per step. */
const STEP_BYTES = 1024 * 1024

/** `get` and `download`. Like the AWS SDK they compare what arrived with the checksum recorded when the object was written. */
export function readingHandlers(
  calls: StoreCalls,
): Pick<PortHandler<ObjectStoreContract>, 'get' | 'download'> {
  return {
    get: ({ store, key, versionId, sizeBytesMax }) => {
      const binding = calls.binding(store)
      return calls.told(key, 'object-changed', () =>
        get(calls, binding, key, versionId ?? null, sizeBytesMax),
      )
    },
    download: ({ store, key, ...input }) => {
      const binding = calls.binding(store)
      return calls.told(key, 'object-changed', () => download(calls, binding, key, input))
    },
  }
}

function* get(
  calls: StoreCalls,
  binding: StoreBinding,
  relativeKey: string,
  versionId: string | null,
  sizeBytesMax: number,
) {
  const key = binding.prefix + relativeKey
  const { cutAt } = yield* calls.begin(binding, 'GetObject', key)
  const object = yield* open(calls, binding, key, versionId, null)
  try {
    if (object.sizeBytes > sizeBytesMax) {
      throw new OperatingError(
        'input-too-large',
        `${relativeKey} has ${object.sizeBytes} bytes, more than ${sizeBytesMax}`,
        {
          subject: relativeKey,
        },
      )
    }
    const bytes = new Uint8Array(object.sizeBytes)
    let at = 0
    yield* pump(calls, binding, object, cutAt, function* (piece) {
      bytes.set(piece, at)
      at += piece.length
    })
    return { bytes, etag: object.record.etag, versionId: versionOf(object.record) }
  } finally {
    object.release()
  }
}

type DownloadInput = Omit<Parameters<ObjectStoreContract['download']>[0], 'store' | 'key'>

function* download(
  calls: StoreCalls,
  binding: StoreBinding,
  relativeKey: string,
  input: DownloadInput,
): Task<DownloadedObject> {
  const key = binding.prefix + relativeKey
  const { cutAt } = yield* calls.begin(binding, 'GetObject', key)
  const object = yield* open(calls, binding, key, input.versionId ?? null, input.ifMatch ?? null)
  try {
    const { sizeBytesMax } = input
    if (sizeBytesMax !== undefined && object.sizeBytes > sizeBytesMax) {
      const message = `${relativeKey} has more than the ${sizeBytesMax} bytes that were expected`
      throw new OperatingError('object-corrupt', message, { subject: relativeKey })
    }
    yield* calls.onTarget(() => emptyFile(input.path, input.mode))
    const sha256 = binding.service.context.digests.sha256()
    let offset = 0
    yield* pump(calls, binding, object, cutAt, function* (bytes) {
      sha256.update(bytes)
      yield* calls.onTarget(() => FileSystem.write({ path: input.path, offset, bytes }))
      offset += bytes.length
    })
    return {
      sizeBytes: offset,
      sha256: sha256.hex(),
      etag: object.record.etag,
      versionId: versionOf(object.record),
    }
  } finally {
    object.release()
  }
}

function open(
  calls: StoreCalls,
  binding: StoreBinding,
  key: string,
  versionId: string | null,
  ifMatch: string | null,
): Task<OpenObject> {
  const { service, bucket } = binding
  return calls.inService(binding, () =>
    openObject(service.context, bucket, key, versionId, {
      check: (record) => {
        if (ifMatch !== null && ifMatch !== record.etag) throw new S3Error('PreconditionFailed')
      },
    }),
  )
}

/** Makes the file, or empties the one that is there. */
function* emptyFile(path: string, mode: number): Task<void> {
  try {
    yield* FileSystem.create({ path, mode })
  } catch (error) {
    if (!(error instanceof OperatingError) || error.code !== 'file-exists') throw error
    yield* FileSystem.truncate({ path, sizeBytes: 0 })
    yield* FileSystem.setMode({ path, mode })
  }
}

/** Hands an object's bytes on and checks them at the end. @throws object-corrupt, store-unavailable when cut short */
function* pump(
  calls: StoreCalls,
  binding: StoreBinding,
  object: OpenObject,
  cutAt: number | null,
  sink: (bytes: Uint8Array) => Task<void>,
): Task<void> {
  const recorded = object.record.checksum
  const running =
    recorded?.type === 'FULL_OBJECT'
      ? new RunningChecksum(binding.service.context.digests, recorded.algorithm)
      : null
  const end = Math.min(object.sizeBytes, cutAt ?? object.sizeBytes)
  for (let offset = 0; offset < end; ) {
    const length = Math.min(STEP_BYTES, end - offset)
    const bytes = yield* calls.inService(binding, () =>
      FileSystem.read({ path: object.path, offset, length }),
    )
    if (bytes.length === 0) throw interruptedTransfer(object, offset)
    running?.update(bytes)
    yield* sink(bytes)
    offset += bytes.length
  }
  if (end < object.sizeBytes) throw interruptedTransfer(object, end)
  if (running !== null && running.base64() !== recorded?.value) {
    throw new OperatingError(
      'object-corrupt',
      `the bytes do not have the recorded ${running.algorithm} checksum`,
      {
        subject: object.record.key,
      },
    )
  }
}

function interruptedTransfer(object: OpenObject, sizeBytes: number): OperatingError {
  return new OperatingError(
    'store-unavailable',
    `the transfer ended after ${sizeBytes} of ${object.sizeBytes} bytes`,
    {
      subject: object.record.key,
    },
  )
}

function versionOf(record: ObjectRecord): string | null {
  return record.versionId === 'null' ? null : record.versionId
}
