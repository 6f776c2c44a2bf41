import { S3_ERRORS, type S3ErrorCode } from './codes.ts'

/**
 * An answer of the service that refuses: one of S3's error codes, with the elements S3 adds to the document. Part of the
 * protocol, so each front turns it into its own kind: XML over HTTP, an operating error in the ObjectStore port.
 */
export class S3Error extends Error {
  override readonly name = 'S3Error'
  readonly code: S3ErrorCode
  /** Further elements of the error document, such as `BucketName`. */
  readonly details: Readonly<Record<string, string>>
  /** Headers of the answer, such as `ETag` of a 304. */
  readonly headers: Readonly<Record<string, string>>

  constructor(
    code: S3ErrorCode,
    message: string = S3_ERRORS[code].message,
    details: Readonly<Record<string, string>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message)
    this.code = code
    this.details = details
    this.headers = headers
  }

  /** The HTTP status that S3 answers with this code. */
  get status(): number {
    return S3_ERRORS[this.code].status
  }
}
