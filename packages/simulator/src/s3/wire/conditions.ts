import { S3Error } from '../errors/index.ts'
import type { ObjectRecord } from '../storage/records.ts'
import { httpDate, parseHttpDate } from './http-date.ts'

type Headers = ReadonlyMap<string, string>

/** Under which conditions a version may be written. */
export interface WriteConditions {
  /** Only over a version with this ETag (without quotes; `*`: any). */
  readonly ifMatch: string | null
  /** Only when there is no object. */
  readonly ifAbsent: boolean
}

/** Writes whatever is there. */
export const UNCONDITIONAL: WriteConditions = { ifMatch: null, ifAbsent: false }

/** The conditions of a write. @throws NotImplemented for an If-None-Match other than `*`, as S3 does */
export function writeConditions(headers: Headers): WriteConditions {
  const ifNoneMatch = headers.get('if-none-match')
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') throw new S3Error('NotImplemented')
  const ifMatch = headers.get('if-match')
  return { ifMatch: ifMatch === undefined ? null : unquoted(ifMatch), ifAbsent: ifNoneMatch === '*' }
}

/** Checks a write against the newest version. @throws PreconditionFailed, NoSuchKey */
export function checkWrite(conditions: WriteConditions, newest: ObjectRecord | null, key: string): void {
  const current = newest?.deleteMarker === false ? newest : null
  if (conditions.ifAbsent && current !== null) {
    throw new S3Error('PreconditionFailed', undefined, { Condition: 'If-None-Match' })
  }
  if (conditions.ifMatch === null) return
  if (current === null) throw new S3Error('NoSuchKey', undefined, { Key: key })
  if (conditions.ifMatch !== '*' && conditions.ifMatch !== current.etag) {
    throw new S3Error('PreconditionFailed', undefined, { Condition: 'If-Match' })
  }
}

/**
 * Checks a read (RFC 9110 13.2.2: a matching ETag outweighs a date). `prefix` is `x-amz-copy-source-` for the source of a copy,
 * whose every failure is 412. @throws PreconditionFailed, NotModified
 */
export function checkRead(headers: Headers, record: ObjectRecord, prefix = ''): void {
  const ifMatch = headers.get(`${prefix}if-match`)
  const unmodifiedSince = parseHttpDate(headers.get(`${prefix}if-unmodified-since`))
  if (ifMatch !== undefined) {
    if (!lists(ifMatch, record.etag)) throw failed('If-Match')
  } else if (unmodifiedSince !== null && record.lastModified > unmodifiedSince) {
    throw failed('If-Unmodified-Since')
  }
  const ifNoneMatch = headers.get(`${prefix}if-none-match`)
  const modifiedSince = parseHttpDate(headers.get(`${prefix}if-modified-since`))
  const isUnchanged =
    ifNoneMatch !== undefined
      ? lists(ifNoneMatch, record.etag)
      : modifiedSince !== null && record.lastModified <= modifiedSince
  if (!isUnchanged) return
  if (prefix !== '') throw failed('If-None-Match')
  throw new S3Error(
    'NotModified',
    undefined,
    {},
    {
      etag: `"${record.etag}"`,
      'last-modified': httpDate(record.lastModified),
    },
  )
}

function failed(condition: string): S3Error {
  return new S3Error('PreconditionFailed', undefined, { Condition: condition })
}

/** True when a list of ETags has this one, or is `*`. */
function lists(header: string, etag: string): boolean {
  return (
    header.trim() === '*' ||
    header.split(',').some((item) => unquoted(item.trim().replace(/^W\//, '')) === etag)
  )
}

/** An ETag without its quotes. */
export function unquoted(etag: string): string {
  return etag.replace(/^"(.*)"$/, '$1')
}
