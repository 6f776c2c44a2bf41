import { createHash, createHmac } from 'node:crypto'
import { OperatingError } from '@dr-drill/runbook-core'
import type { StoreKeys } from '../../../ports/object-store/index.ts'

/** What keys may do with a bucket. */
export type Rights = 'read' | 'read-write'

const REGION = 'us-east-1'
/** The longest that the store gives out. */
const LIFETIME_S = 7 * 24 * 3_600
const REQUEST_MS = 10_000

const ACTIONS: Readonly<Record<Rights, readonly string[]>> = {
  read: [
    's3:GetObject',
    's3:GetObjectVersion',
    's3:ListBucket',
    's3:ListBucketVersions',
    's3:GetBucketLocation',
  ],
  'read-write': ['s3:*'],
}

/**
 * Keys of a session that may do this with that bucket and nothing else, as the store's security token service gives them to who has
 * its root keys. They end by themselves. @throws environment-lacking
 */
export async function temporaryKeys(
  url: string,
  root: StoreKeys,
  bucket: string,
  rights: Rights,
): Promise<StoreKeys> {
  const policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ACTIONS[rights],
        Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
      },
    ],
  })
  const body = new URLSearchParams({
    Action: 'AssumeRole',
    Version: '2011-06-15',
    DurationSeconds: String(LIFETIME_S),
    Policy: policy,
  }).toString()
  const answer = await fetch(url, {
    method: 'POST',
    body,
    headers: signedHeaders(new URL(url).host, body, root, new Date()),
    signal: AbortSignal.timeout(REQUEST_MS),
  })
  const text = await answer.text()
  const field = (name: string): string => new RegExp(`<${name}>([^<]+)</${name}>`).exec(text)?.[1] ?? ''
  const keys = {
    accessKeyId: field('AccessKeyId'),
    secretAccessKey: field('SecretAccessKey'),
    sessionToken: field('SessionToken'),
  }
  if (answer.status === 200 && keys.accessKeyId !== '' && keys.secretAccessKey !== '') return keys
  throw new OperatingError('environment-lacking', `the object store gave out no keys (${answer.status})`, {
    subject: bucket,
    hint: 'The store must offer AssumeRole, as MinIO does.',
  })
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** Signature Version 4 for the token service. */
function signedHeaders(host: string, body: string, keys: StoreKeys, now: Date): Record<string, string> {
  const at = `${now.toISOString().replaceAll(/[-:]/g, '').slice(0, 15)}Z`
  const scope = `${at.slice(0, 8)}/${REGION}/sts/aws4_request`
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    host,
    'x-amz-content-sha256': sha256(body),
    'x-amz-date': at,
  }
  const names = Object.keys(headers).join(';')
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`)
  const request = ['POST', '/', '', lines.join(''), names, sha256(body)].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', at, scope, sha256(request)].join('\n')
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${keys.secretAccessKey}`)
  const signature = createHmac('sha256', key).update(toSign).digest('hex')
  const { host: _implied, ...sent } = headers
  return {
    ...sent,
    authorization: `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  }
}
