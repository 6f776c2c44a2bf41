import { type ObjectStoreContract, OperatingError, type PortHandler } from '@dr-drill/runbook-core'
import type { MemoryVersion } from './memory-version.ts'
import type { BindingOf, MemoryStoreOptions } from './port-options.ts'
import { callOf, perform, refusal, type StoreCall } from './store-calls.ts'

/** `put` and `upload`. */
export function writingHandlers(
  { disk, actor, sha256Hex }: MemoryStoreOptions,
  bindingOf: BindingOf,
): Pick<PortHandler<ObjectStoreContract>, 'put' | 'upload'> {
  return {
    put: ({ store, key, bytes, ifAbsent }) => {
      const binding = bindingOf(store)
      const call = callOf(binding, 'PutObject', binding.prefix + key, key, 'object-exists')
      // The caller may use its buffer again.
      return perform(call, () => stored(call, bytes.slice(), ifAbsent))
    },
    upload: ({ store, key, path, ifAbsent, sha256 }) => {
      const binding = bindingOf(store)
      const call = callOf(binding, 'PutObject', binding.prefix + key, key, 'object-exists')
      if (!/^[0-9a-f]{64}$/.test(sha256)) {
        throw new OperatingError('input-invalid', 'sha256 is not 64 lower-case hex digits', { subject: key })
      }
      return perform(call, () => {
        const blob = disk.readBlob(actor, path)
        if (sha256Hex(blob) !== sha256) throw refusal(call, 'BadDigest')
        return stored(call, blob, ifAbsent)
      })
    },
  }
}

/** Writes the bytes as a new version, if the call's condition holds. */
function stored(call: StoreCall, bytes: Uint8Array, ifAbsent: boolean): StoredAnswer {
  const { key } = call
  const { bucket } = call.binding
  if (key === '') throw refusal(call, 'InvalidArgument', 'A key has at least one byte.')
  if (ifAbsent && bucket.held(key) !== null) throw refusal(call, 'PreconditionFailed')
  return new StoredAnswer(bucket.put(key, bytes))
}

/** The answer to a write: few callers ask for the ETag, which would be computed from all the bytes. */
class StoredAnswer {
  readonly #version: MemoryVersion

  constructor(version: MemoryVersion) {
    this.#version = version
  }

  get etag(): string {
    return this.#version.etag
  }
}
