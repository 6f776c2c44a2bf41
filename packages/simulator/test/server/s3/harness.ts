import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { versionPaths } from '@dr-drill/simulator'
import { type S3Server, type S3ServerOptions, startS3Server } from '@dr-drill/simulator/server'

export const WRITER = { accessKey: 'writer', secretKey: 'writer-secret', rights: 'read-write' } as const
export const READER = { accessKey: 'reader', secretKey: 'reader-secret', rights: 'read-only' } as const

/** A server over a directory of its own, and clients of it. */
export class Harness {
  readonly directory = mkdtempSync(join(tmpdir(), 'dr-drill-s3-'))
  server!: S3Server
  client!: S3Client
  readonly #clients: S3Client[] = []

  async start(options: Partial<S3ServerOptions> = {}): Promise<this> {
    this.server = await startS3Server({
      dataDirectory: join(this.directory, 'data'),
      credentials: [WRITER, READER],
      limits: { partSizeBytesMin: 1024 },
      ...options,
    })
    this.client = this.clientOf()
    return this
  }

  /** An SDK client at its defaults but for endpoint, path style and the number of attempts. */
  clientOf(
    credential: { accessKey: string; secretKey: string } = WRITER,
    config: Partial<S3ClientConfig> = {},
  ): S3Client {
    const client = new S3Client({
      endpoint: this.server.url,
      region: 'us-east-1',
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: { accessKeyId: credential.accessKey, secretAccessKey: credential.secretKey },
      ...config,
    })
    this.#clients.push(client)
    return client
  }

  /** The file that holds an object's bytes. */
  bytesFile(bucket: string, key: string, versionId = 'null', generation = 0): string {
    return join(this.directory, 'data', versionPaths(bucket, key, versionId).bytes(generation))
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.destroy()
    await this.server.close()
    rmSync(this.directory, { recursive: true, force: true })
  }
}

/** The name and status that a call failed with. */
export async function failureOf(
  call: Promise<unknown>,
): Promise<{ name: string; status: number | undefined }> {
  try {
    await call
  } catch (error) {
    const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } }
    return { name, status: $metadata?.httpStatusCode }
  }
  return { name: 'no error', status: undefined }
}
