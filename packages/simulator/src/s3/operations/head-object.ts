import type { Task } from '@dr-drill/runbook-core'
import { keyLock } from '../storage/storage.ts'
import { checksumHeaders } from '../wire/checksum-headers.ts'
import { checkRead } from '../wire/conditions.ts'
import { parseRange } from '../wire/range.ts'
import { emptyResponse, type S3Response } from '../wire/response.ts'
import type { OperationInput, ServiceContext } from './context.ts'
import { objectHeaders, overriddenHeaders, wantsChecksum } from './get-object.ts'
import { findReadable } from './open-object.ts'

/** HeadObject: what was recorded when the object was written. */
export function* headObject(context: ServiceContext, input: OperationInput): Task<S3Response> {
  const { bucket: name, key, query, request } = input
  const bucket = yield* context.storage.buckets.require(name)
  const release = yield* context.storage.locks.shared(keyLock(name, key))
  try {
    const record = yield* findReadable(context, bucket, key, query.get('versionId') ?? null)
    checkRead(request.headers, record)
    const range = parseRange(request.headers.get('range'), record.sizeBytes)
    const headers: Record<string, string> = {
      ...objectHeaders(record),
      ...overriddenHeaders(query),
      'content-length': String(range?.sizeBytes ?? record.sizeBytes),
    }
    if (range !== null) {
      headers['content-range'] =
        `bytes ${range.offset}-${range.offset + range.sizeBytes - 1}/${record.sizeBytes}`
    } else if (wantsChecksum(input)) {
      Object.assign(headers, checksumHeaders(record.checksum))
    }
    return emptyResponse(range === null ? 200 : 206, headers)
  } finally {
    release()
  }
}
