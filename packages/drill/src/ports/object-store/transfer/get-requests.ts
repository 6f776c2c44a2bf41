import type { S3Client } from '@aws-sdk/client-s3'
import { invariant, OperatingError } from '@dr-drill/runbook-core'
import type { StoreLocation } from '../location.ts'
import type { Origin } from './connection.ts'

/** What a GET of one object asks for. */
export interface GetInput {
  readonly key: string
  readonly versionId?: string
  readonly ifMatch?: string
}

/** Where the objects of one location are had, and requests for them, ready to send. */
export interface GetRequests {
  readonly origin: Origin
  /** Request line and signed headers, with the empty line after them. @throws environment-lacking without credentials */
  textOf(input: GetInput): Promise<string>
}

/** The request as the SDK builds it, before it is signed. */
interface BuiltRequest {
  readonly protocol: string
  readonly hostname: string
  readonly port?: number
  readonly path: string
}

interface AuthScheme {
  readonly name: string
  readonly signingName?: string
  readonly signingRegion?: string
}

interface Signer {
  sign(
    request: object,
    options: { signingDate: Date; signingRegion?: string; signingService?: string },
  ): Promise<{ headers: Record<string, string> }>
}

/** SHA-256 of nothing: what a GET carries. */
const NO_PAYLOAD = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const PROBE_KEY = 'k'

/**
 * Has the SDK resolve endpoint, region, addressing style and signer once, by building a request that is never sent; further requests
 * differ in the key alone. The SDK's own pipeline costs ten times what signing does.
 * @throws environment-lacking for what only the SDK's pipeline can do
 */
export async function getRequests(client: S3Client, location: StoreLocation): Promise<GetRequests> {
  const { request, scheme } = await resolved(client, location)
  const isTls = request.protocol === 'https:'
  const port = request.port ?? (isTls ? 443 : 80)
  const host = request.port === undefined ? request.hostname : `${request.hostname}:${request.port}`
  const base = request.path.slice(0, -PROBE_KEY.length)
  invariant(request.path === base + PROBE_KEY, 'the key ends the path')
  const signer = (await client.config.signer(scheme as never)) as unknown as Signer
  return {
    origin: { isTls, host: request.hostname.replace(/^\[|\]$/g, ''), port },
    async textOf({ key, versionId, ifMatch }) {
      const path = base + (location.prefix + key).split('/').map(escaped).join('/')
      const query: Record<string, string> = versionId === undefined ? {} : { versionId }
      const headers: Record<string, string> = {
        host,
        'x-amz-checksum-mode': 'ENABLED',
        'x-amz-content-sha256': NO_PAYLOAD,
        ...(ifMatch === undefined ? {} : { 'if-match': plain(ifMatch) }),
      }
      const { protocol, hostname } = request
      const signed = await signer.sign(
        { method: 'GET', protocol, hostname, port, path, query, headers },
        {
          signingDate: new Date(Date.now() + client.config.systemClockOffset),
          ...(scheme.signingRegion === undefined ? {} : { signingRegion: scheme.signingRegion }),
          ...(scheme.signingName === undefined ? {} : { signingService: scheme.signingName }),
        },
      )
      const target = versionId === undefined ? path : `${path}?versionId=${escaped(versionId)}`
      const lines = Object.entries(signed.headers).map(([name, value]) => `${name}: ${value}\r\n`)
      return `GET ${target} HTTP/1.1\r\n${lines.join('')}\r\n`
    },
  }
}

async function resolved(
  client: S3Client,
  location: StoreLocation,
): Promise<{ request: BuiltRequest; scheme: AuthScheme }> {
  const { GetObjectCommand } = await import('@aws-sdk/client-s3')
  const command = new GetObjectCommand({ Bucket: location.bucket, Key: PROBE_KEY })
  let request: BuiltRequest | null = null
  let scheme: AuthScheme | undefined
  command.middlewareStack.add(
    (_next, context) => async (args) => {
      request = args.request as BuiltRequest
      const { endpointV2 } = context as { endpointV2?: { properties?: { authSchemes?: AuthScheme[] } } }
      scheme = endpointV2?.properties?.authSchemes?.[0]
      return { output: { $metadata: {} }, response: {} }
    },
    { step: 'build', priority: 'low', name: 'neverSent' },
  )
  await client.send(command)
  if (scheme?.name !== 'sigv4') {
    throw new OperatingError(
      'environment-lacking',
      `requests of the bucket ${location.bucket} are signed in a way that downloads do not know`,
      {
        subject: location.bucket,
        hint: 'Copy the backups into a general purpose bucket.',
      },
    )
  }
  invariant(request !== null, 'the request was built')
  return { request, scheme }
}

/** A part of a path or a query as S3 wants it, and as the signature has it. */
function escaped(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** A store's own text that goes back to it as a header. @throws response-invalid when it would be more than one header */
function plain(text: string): string {
  if (!/[\0-\x1f\x7f]|[^\0-\xff]/.test(text)) return text
  throw new OperatingError('response-invalid', 'the entity tag of the object cannot be sent back')
}
