import type { Task } from '@dr-drill/runbook-core'

/** The body of a request, pulled piece by piece. */
export interface S3Body {
  /** The next bytes, never empty; null at the end. Bytes given out are not changed afterwards. @throws S3Error */
  read(): Task<Uint8Array | null>
}

/** A body of no bytes. */
export const EMPTY_BODY: S3Body = {
  *read() {
    return null
  },
}

/** A body that lies in memory. */
export function bodyOf(bytes: Uint8Array): S3Body {
  let rest: Uint8Array | null = bytes.length === 0 ? null : bytes
  return {
    *read() {
      const piece = rest
      rest = null
      return piece
    },
  }
}

/** A request as it came over the wire. */
export interface S3Request {
  /** Upper case. */
  readonly method: string
  /** The path as sent, percent-encoding and all, without the query. */
  readonly rawPath: string
  /** The query as sent, without `?`. */
  readonly rawQuery: string
  /** By lower-case name; several of one name joined by `,`. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: S3Body
}
