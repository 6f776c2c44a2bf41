import type { S3Client } from '@aws-sdk/client-s3'
import type { ResponseHead } from './response-head.ts'

let reader: Promise<S3Client> | null = null

/**
 * What the SDK throws for this answer to a GET: it reads the body and names the error as if it had received both itself, so that an
 * error means the same by whichever way it came. Nothing is sent: the client that reads has no keys and no place to ask.
 */
export async function thrownFor(head: ResponseHead, body: Uint8Array): Promise<unknown> {
  const { GetObjectCommand } = await import('@aws-sdk/client-s3')
  reader ??= readingClient()
  const client = await reader
  const command = new GetObjectCommand({ Bucket: 'bucket', Key: 'key' })
  const response = { statusCode: head.status, headers: { ...head.headers }, body }
  // Innermost: where the SDK would use the network.
  command.middlewareStack.add(() => async () => ({ response, output: { $metadata: {} } }) as never, {
    step: 'deserialize',
    priority: 'low',
    name: 'answeredAlready',
  })
  try {
    await client.send(command)
  } catch (thrown) {
    return thrown
  }
  return null
}

async function readingClient(): Promise<S3Client> {
  const { S3Client } = await import('@aws-sdk/client-s3')
  return new S3Client({
    region: 'us-east-1',
    endpoint: 'http://answered.invalid',
    forcePathStyle: true,
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    maxAttempts: 1,
    followRegionRedirects: false,
  })
}
