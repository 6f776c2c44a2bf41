import type { Authenticated } from '../auth/authenticate.ts'
import type { S3Digests } from '../digests/index.ts'
import type { Storage } from '../storage/storage.ts'
import type { Payload } from '../wire/payload.ts'
import type { S3Request } from '../wire/request.ts'

/** What all operations rest on. */
export interface ServiceContext {
  readonly storage: Storage
  readonly digests: S3Digests
  /** History time, ms since 1970: LastModified and creation times. */
  readonly historyNowMs: () => number
  readonly limits: ServiceLimits
  /** Takes hold of a file of bytes while its key is locked; see `S3ServiceOptions.pin`. */
  readonly pin: ((path: string) => PinnedFile) | null
  /** Keys that a faulted listing leaves out; null but for the request that a fault strikes. */
  readonly hidden: ReadonlySet<string> | null
}

/** A file that stays readable whatever becomes of its name. */
export interface PinnedFile {
  /** Lets go; more than once does no harm. */
  release(): void
}

/** Limits of S3 that a scaled-down world may scale down with itself. */
export interface ServiceLimits {
  /** Least size of every part but the last; S3: 5 MiB. */
  readonly partSizeBytesMin: number
  /** Largest body of one PUT; S3: 5 GiB. */
  readonly putSizeBytesMax: number
}

/** S3's own limits. */
export const S3_LIMITS: ServiceLimits = { partSizeBytesMin: 5 * 1024 ** 2, putSizeBytesMax: 5 * 1024 ** 3 }

/** A request that was routed, authenticated and allowed. */
export interface OperationInput {
  readonly request: S3Request
  readonly bucket: string
  readonly key: string
  readonly query: ReadonlyMap<string, string>
  readonly auth: Authenticated
  readonly payload: Payload
}

/** History time in S3's resolution of whole seconds, ms. */
export function lastModifiedNow(context: ServiceContext): number {
  return Math.floor(context.historyNowMs() / 1000) * 1000
}
