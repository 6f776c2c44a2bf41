import { S3Error } from '../errors/index.ts'

/** A stretch of an object's bytes. */
export interface ByteRange {
  readonly offset: number
  readonly sizeBytes: number
}

/**
 * The range that a header asks of an object; null when the whole object is the answer: without a header, and, as S3 does, for
 * one that is unreadable or asks for several ranges. @throws InvalidRange when nothing of it lies in the object
 */
export function parseRange(header: string | undefined, sizeBytes: number): ByteRange | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '')
  if (match === null || match[0] === 'bytes=-') return null
  const [first, last] = [match[1] as string, match[2] as string]
  if (first === '') return suffix(Number(last), sizeBytes)
  const from = Number(first)
  const to = last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1)
  if (last !== '' && Number(last) < from) return null
  if (from >= sizeBytes) throw unsatisfiable(header as string, sizeBytes)
  return { offset: from, sizeBytes: to - from + 1 }
}

function suffix(lengthBytes: number, sizeBytes: number): ByteRange {
  if (lengthBytes === 0 || sizeBytes === 0) throw unsatisfiable(`bytes=-${lengthBytes}`, sizeBytes)
  const wanted = Math.min(lengthBytes, sizeBytes)
  return { offset: sizeBytes - wanted, sizeBytes: wanted }
}

function unsatisfiable(header: string, sizeBytes: number): S3Error {
  return new S3Error(
    'InvalidRange',
    undefined,
    { RangeRequested: header, ActualObjectSize: String(sizeBytes) },
    { 'content-range': `bytes */${sizeBytes}` },
  )
}
