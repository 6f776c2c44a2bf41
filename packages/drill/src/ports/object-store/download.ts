import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { S3Client } from '@aws-sdk/client-s3'
import {
  type DownloadedObject,
  type FileSystemContract,
  type ObjectStoreContract,
  OperatingError,
  type PortHandler,
} from '@dr-drill/runbook-core'
import { FileSink } from './file-sink.ts'
import type { StoreLocation } from './location.ts'
import { wireCheck } from './wire-checksum.ts'

type DownloadInput = Parameters<ObjectStoreContract['download']>[0]

/**
 * One object into one file: bytes go from the socket through SHA-256 to the disk, in constant memory.
 * @throws object-corrupt when they are not what the store recorded or promised
 */
export async function downloadObject(
  client: S3Client,
  location: StoreLocation,
  files: PortHandler<FileSystemContract>,
  input: DownloadInput,
  signal: AbortSignal,
): Promise<DownloadedObject> {
  const { GetObjectCommand } = await import('@aws-sdk/client-s3')
  const command = new GetObjectCommand({
    Bucket: location.bucket,
    Key: location.prefix + input.key,
    ...(input.versionId === undefined ? {} : { VersionId: input.versionId }),
    ...(input.ifMatch === undefined ? {} : { IfMatch: input.ifMatch }),
  })
  let headers: Record<string, string> = {}
  command.middlewareStack.add(
    (next) => async (args) => {
      ;(args.request as { headers: Record<string, string> }).headers['x-amz-checksum-mode'] = 'ENABLED'
      return await next(args)
    },
    { step: 'build', name: 'askForChecksum' },
  )
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args)
      headers = (result.response as { headers: Record<string, string> }).headers
      return result
    },
    { step: 'deserialize', priority: 'low', name: 'keepHeaders' },
  )
  const sink = new FileSink(files, input.path)
  const answer = await client.send(command, { abortSignal: signal })
  const body = answer.Body as Readable
  signal.addEventListener('abort', () => body.destroy(), { once: true })
  try {
    refuseLarger(input, answer.ContentLength ?? 0)
    await sink.open(input.mode)
    const sha256 = await receive(limited(body, input), sink, headers, `${input.store}:${input.key}`)
    if (answer.ContentLength !== undefined && answer.ContentLength !== sink.sizeBytes) {
      throw new OperatingError(
        'object-corrupt',
        `${input.key}: ${sink.sizeBytes} bytes came, ${answer.ContentLength} were announced`,
        { subject: `${input.store}:${input.key}` },
      )
    }
    return {
      sizeBytes: sink.sizeBytes,
      sha256,
      etag: answer.ETag ?? '',
      versionId: answer.VersionId ?? null,
    }
  } finally {
    body.destroy()
    await sink.close()
  }
}

/** The bytes as they come, until there are more than expected: a store can announce one size and send another. */
async function* limited(body: AsyncIterable<Uint8Array>, input: DownloadInput): AsyncIterable<Uint8Array> {
  let sizeBytes = 0
  for await (const chunk of body) {
    sizeBytes += chunk.length
    refuseLarger(input, sizeBytes)
    yield chunk
  }
}

function refuseLarger({ store, key, sizeBytesMax }: DownloadInput, sizeBytes: number): void {
  if (sizeBytesMax === undefined || sizeBytes <= sizeBytesMax) return
  throw new OperatingError(
    'object-corrupt',
    `${key} has more than the ${sizeBytesMax} bytes that were expected`,
    { subject: `${store}:${key}` },
  )
}

async function receive(
  body: AsyncIterable<Uint8Array>,
  sink: FileSink,
  headers: Record<string, string>,
  subject: string,
): Promise<string> {
  const hash = createHash('sha256')
  const check = wireCheck(headers)
  for await (const chunk of body) {
    hash.update(chunk)
    check.update(chunk)
    await sink.add(chunk)
  }
  await sink.end()
  const sha256 = hash.digest('hex')
  const problem = check.problem(sha256)
  if (problem !== null) {
    throw new OperatingError('object-corrupt', `${subject}: ${problem} from what the store recorded`, {
      subject,
    })
  }
  return sha256
}
