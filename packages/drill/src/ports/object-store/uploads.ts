import { Readable } from 'node:stream'
import type { S3Client } from '@aws-sdk/client-s3'
import {
  type CallContext,
  type FileSystemContract,
  type ObjectStoreContract,
  OperatingError,
  type PortHandler,
} from '@dr-drill/runbook-core'
import type { StoreLocation } from './location.ts'

type PutInput = Parameters<ObjectStoreContract['put']>[0]
type UploadInput = Parameters<ObjectStoreContract['upload']>[0]

const CHUNK_BYTES = 512 * 1024
/** S3's limit of one PUT. */
const PUT_BYTES_MAX = 5 * 1024 * 1024 * 1024
const uncancelled: CallContext = { onCancel() {} }

/** A small object from memory; its CRC-32 travels with it. */
export async function putBytes(
  client: S3Client,
  location: StoreLocation,
  input: PutInput,
  abortSignal: AbortSignal,
): Promise<{ etag: string }> {
  const { PutObjectCommand } = await import('@aws-sdk/client-s3')
  const answer = await client.send(
    new PutObjectCommand({
      Bucket: location.bucket,
      Key: location.prefix + input.key,
      Body: input.bytes,
      ...(input.ifAbsent ? { IfNoneMatch: '*' } : {}),
    }),
    { abortSignal },
  )
  return { etag: answer.ETag ?? '' }
}

/** A file as one object; the store checks it against the SHA-256 that the caller computed, and keeps that. */
export async function uploadFile(
  client: S3Client,
  location: StoreLocation,
  files: PortHandler<FileSystemContract>,
  input: UploadInput,
  abortSignal: AbortSignal,
): Promise<{ etag: string }> {
  const stat = await files.stat({ path: input.path }, uncancelled)
  const found = stat as { sizeBytes: number } | null
  if (found === null)
    throw new OperatingError('file-missing', `${input.path} is missing`, { subject: input.path })
  if (found.sizeBytes > PUT_BYTES_MAX) {
    throw new OperatingError('input-too-large', `${input.path} is larger than one PUT may be (5 GiB)`, {
      subject: input.path,
    })
  }
  const { PutObjectCommand } = await import('@aws-sdk/client-s3')
  const answer = await client.send(
    new PutObjectCommand({
      Bucket: location.bucket,
      Key: location.prefix + input.key,
      Body: Readable.from(pieces(files, input.path, found.sizeBytes), { objectMode: false }),
      ContentLength: found.sizeBytes,
      ChecksumSHA256: Buffer.from(input.sha256, 'hex').toString('base64'),
      ...(input.ifAbsent ? { IfNoneMatch: '*' } : {}),
    }),
    { abortSignal },
  )
  return { etag: answer.ETag ?? '' }
}

async function* pieces(
  files: PortHandler<FileSystemContract>,
  path: string,
  sizeBytes: number,
): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < sizeBytes; offset += CHUNK_BYTES) {
    const length = Math.min(CHUNK_BYTES, sizeBytes - offset)
    const bytes = (await files.read({ path, offset, length }, uncancelled)) as Uint8Array
    if (bytes.length < length) {
      throw new OperatingError('input-output', `${path} became shorter while it was read`, { subject: path })
    }
    yield bytes
  }
}
