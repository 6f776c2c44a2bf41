import type { Task } from '@dr-drill/runbook-core'
import type { ObjectRecord } from '../storage/records.ts'
import { attributeHeaders } from '../wire/attributes.ts'
import { checksumHeaders } from '../wire/checksum-headers.ts'
import { checkRead } from '../wire/conditions.ts'
import { httpDate } from '../wire/http-date.ts'
import { parseRange } from '../wire/range.ts'
import type { S3Response } from '../wire/response.ts'
import type { OperationInput, ServiceContext } from './context.ts'
import { openObject } from './open-object.ts'
import { versionHeader } from './put-object.ts'

/** Parameters by which a reader overrides what headers the answer has. */
const OVERRIDES = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
]

/** GetObject: the bytes as they lie, with what was recorded when they were written. */
export function* getObject(context: ServiceContext, input: OperationInput): Task<S3Response> {
  const { request, bucket, key, query } = input
  const object = yield* openObject(context, bucket, key, query.get('versionId') ?? null, {
    check: (record) => checkRead(request.headers, record),
    pins: true,
  })
  let answered = false
  try {
    const range = parseRange(request.headers.get('range'), object.sizeBytes)
    const sizeBytes = range?.sizeBytes ?? object.sizeBytes
    const offset = range?.offset ?? 0
    const headers: Record<string, string> = {
      ...objectHeaders(object.record),
      ...overriddenHeaders(query),
      'content-length': String(sizeBytes),
    }
    if (range !== null) {
      headers['content-range'] = `bytes ${offset}-${offset + sizeBytes - 1}/${object.sizeBytes}`
    } else if (wantsChecksum(input)) {
      // A part of an object does not have the checksum of the whole.
      Object.assign(headers, checksumHeaders(object.record.checksum))
    }
    answered = true
    return {
      status: range === null ? 200 : 206,
      headers,
      body: { kind: 'object', object, offset, sizeBytes },
    }
  } finally {
    if (!answered) object.release()
  }
}

/** True when the reader asked for checksums. */
export function wantsChecksum(input: OperationInput): boolean {
  return input.request.headers.get('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED'
}

/** The headers that describe a version. */
export function objectHeaders(record: ObjectRecord): Record<string, string> {
  return {
    ...attributeHeaders(record.attributes),
    'accept-ranges': 'bytes',
    etag: `"${record.etag}"`,
    'last-modified': httpDate(record.lastModified),
    ...versionHeader(record.versionId),
  }
}

/** `response-content-type` and its kin. */
export function overriddenHeaders(query: ReadonlyMap<string, string>): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name of OVERRIDES) {
    const value = query.get(`response-${name}`)
    if (value !== undefined) headers[name] = value
  }
  return headers
}
