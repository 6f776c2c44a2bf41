import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import type { StoreKeys, StoreLocation } from '../../../ports/object-store/index.ts'

/** A client of an S3 endpoint by its path style. */
function clientOf(endpoint: string, region: string, { accessKeyId, secretAccessKey }: StoreKeys): S3Client {
  return new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  })
}

/** Makes buckets that keep older versions, as production's do. One that is there is fine. */
export async function makeBuckets(
  endpoint: string,
  region: string,
  root: StoreKeys,
  buckets: readonly string[],
): Promise<void> {
  const client = clientOf(endpoint, region, root)
  try {
    for (const Bucket of buckets) {
      try {
        await client.send(new CreateBucketCommand({ Bucket }))
      } catch (thrown) {
        if ((thrown as Error).name !== 'BucketAlreadyOwnedByYou') throw thrown
      }
      await client.send(
        new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
      )
    }
  } finally {
    client.destroy()
  }
}

/** Objects copied at once. */
const PARALLEL = 8

/** Copies all objects of a store into a bucket of the same name elsewhere; gives their number. */
export async function uploadHistory(from: StoreLocation, endpoint: string, root: StoreKeys): Promise<number> {
  const { bucket, region } = from
  const source = clientOf(from.endpoint ?? '', region, from.keys ?? root)
  const target = clientOf(endpoint, region, root)
  try {
    const keys = await keysOf(source, bucket)
    const waiting = [...keys]
    const copy = async (): Promise<void> => {
      for (let Key = waiting.shift(); Key !== undefined; Key = waiting.shift()) {
        const { Body } = await source.send(new GetObjectCommand({ Bucket: bucket, Key }))
        // One segment at most: what production writes by one request.
        const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array(0)
        await target.send(new PutObjectCommand({ Bucket: bucket, Key, Body: bytes }))
      }
    }
    await Promise.all(Array.from({ length: PARALLEL }, copy))
    return keys.length
  } finally {
    source.destroy()
    target.destroy()
  }
}

async function keysOf(client: S3Client, Bucket: string): Promise<string[]> {
  const keys: string[] = []
  for (let ContinuationToken: string | undefined; ; ) {
    const page = await client.send(new ListObjectsV2Command({ Bucket, ContinuationToken }))
    for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key)
    if (page.NextContinuationToken === undefined) return keys
    ContinuationToken = page.NextContinuationToken
  }
}
