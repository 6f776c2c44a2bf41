import type { S3Client } from '@aws-sdk/client-s3'
import { credentialFinder } from './credentials.ts'
import { isLoopback, type StoreKeys, type StoreLocation } from './location.ts'
import { countRequest, type RequestCounts } from './request-counts.ts'

/** Patience of single requests; trying again is the caller's. */
export interface ClientLimits {
  readonly connectMs: number
  /** A connection on which nothing moves for so long is given up. */
  readonly idleMs: number
}

type Variables = Readonly<Record<string, string | undefined>>

/**
 * The AWS SDK's client of one location: one attempt per call, every request counted, checksums of downloads left to us (we hash
 * every byte anyway). Loaded when first needed: the SDK costs a tenth of a second.
 */
export async function s3Client(
  location: StoreLocation,
  variables: Variables,
  limits: ClientLimits,
  counts: RequestCounts,
): Promise<S3Client> {
  const { S3Client } = await import('@aws-sdk/client-s3')
  const client = new S3Client({
    region: location.region,
    ...(location.endpoint === null ? {} : { endpoint: location.endpoint, forcePathStyle: true }),
    credentials: location.keys ?? (await finder(location, variables)),
    maxAttempts: 1,
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: limits.connectMs, socketTimeout: limits.idleMs },
  })
  client.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { method: string; query: Record<string, unknown> }
      countRequest(counts, request.method, 'list-type' in request.query || 'versions' in request.query)
      return next(args)
    },
    { step: 'finalizeRequest', priority: 'low', name: 'countRequests' },
  )
  return client
}

/** The SDK's own chain comes first; what it finds is kept until a minute before it expires. */
async function finder(location: StoreLocation, variables: Variables): Promise<() => Promise<StoreKeys>> {
  const { S3Client } = await import('@aws-sdk/client-s3')
  const chain = new S3Client({ region: location.region }).config.credentials
  const find = credentialFinder(location.endpoint, variables, () =>
    location.endpoint !== null && isLoopback(location.endpoint) ? withoutMetadata(chain) : chain(),
  )
  let found: { keys: StoreKeys; expiresAt: number } | null = null
  return async () => {
    if (found === null || Date.now() > found.expiresAt) {
      const keys = await find()
      const { expiration } = keys as { expiration?: Date }
      found = { keys, expiresAt: (expiration?.getTime() ?? Number.POSITIVE_INFINITY) - 60_000 }
    }
    return found.keys
  }
}

const METADATA_SWITCH = 'AWS_EC2_METADATA_DISABLED'
let turn: Promise<unknown> = Promise.resolve()

/**
 * The chain without instance metadata: a store on this machine's loopback never wants the machine's role, and asking where nobody
 * answers costs seconds. The SDK knows this switch as a variable only, so callers take turns.
 */
function withoutMetadata(chain: () => Promise<StoreKeys>): Promise<StoreKeys> {
  const mine = turn.then(async () => {
    const before = process.env[METADATA_SWITCH]
    process.env[METADATA_SWITCH] = 'true'
    try {
      return await chain()
    } finally {
      if (before === undefined) delete process.env[METADATA_SWITCH]
      else process.env[METADATA_SWITCH] = before
    }
  })
  turn = mine.catch(() => {})
  return mine
}
