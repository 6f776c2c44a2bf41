import type { OpenObject } from '../operations/open-object.ts'

/** What a response carries. */
export type S3ResponseBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** Bytes of an object, from its file; the front must call `object.release()` when it is done with them. */
  | {
      readonly kind: 'object'
      readonly object: OpenObject
      readonly offset: number
      readonly sizeBytes: number
    }

/** The answer to a request. */
export interface S3Response {
  readonly status: number
  /** By lower-case name, without those that the front adds (date, connection, x-amz-request-id). */
  readonly headers: Readonly<Record<string, string>>
  readonly body: S3ResponseBody
}

/** An answer without a body. */
export function emptyResponse(status: number, headers: Readonly<Record<string, string>> = {}): S3Response {
  return { status, headers, body: { kind: 'none' } }
}
