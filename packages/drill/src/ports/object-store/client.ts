import { pipeline, Readable, Transform } from 'node:stream'
import type { S3Client } from '@aws-sdk/client-s3'
import { OperatingError } from '@dr-drill/runbook-core'
import { credentialFinder } from './credentials.ts'
import { isLoopback, type StoreKeys, type StoreLocation } from './location.ts'
import { countRequest, type RequestCounts } from './request-counts.ts'
import { SigningHash } from './signing-hash.ts'

/** Patience of single requests; trying again is the caller's. */
export interface ClientLimits {
  readonly connectMs: number
  /** A connection on which nothing moves for so long is given up. */
  readonly idleMs: number
}

/** The SDK says on the console that it will not send a body again: what comes of a call is the caller's to tell. */
const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

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
    sha256: SigningHash,
    responseChecksumValidation: 'WHEN_REQUIRED',
    logger: SILENT,
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
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const result = await next(args)
        const response = result.response as { statusCode: number; body?: unknown }
        // An object is read by whoever asked, within limits of their own; all else is collected in memory.
        if (commandName !== 'GetObjectCommand' || response.statusCode >= 300) limitBody(response)
        return result
      },
    { step: 'deserialize', priority: 'low', name: 'limitDocuments' },
  )
  return client
}

/** A page of a thousand keys of 1 KiB each, escaped, is a quarter of this. */
const DOCUMENT_BYTES_MAX = 16 * 1024 * 1024

function limitBody(response: { body?: unknown }): void {
  const { body } = response
  if (!(body instanceof Readable)) return
  let sizeBytes = 0
  const limit = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      sizeBytes += chunk.length
      if (sizeBytes <= DOCUMENT_BYTES_MAX) done(null, chunk)
      else {
        const message = `the store's answer is larger than ${DOCUMENT_BYTES_MAX} bytes`
        done(new OperatingError('response-invalid', message))
      }
    },
  })
  // Failures of either end the other; whoever collects hears of them.
  response.body = pipeline(body, limit, () => {})
}

/** The keys of a location as they are now, for a process that is to have no more than these. @throws environment-lacking */
export async function currentKeys(location: StoreLocation, variables: Variables): Promise<StoreKeys> {
  return location.keys ?? (await (await finder(location, variables))())
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
