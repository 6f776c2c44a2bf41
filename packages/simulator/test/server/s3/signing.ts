import { utf8Encode } from '@dr-drill/runbook-core'
import { nativeS3Digests as digests } from '@dr-drill/simulator/server'
import {
  canonicalRequest,
  scopeText,
  signatureOf,
  signingKey,
  stringToSign,
} from '../../../src/s3/auth/index.ts'
import { type Harness, WRITER } from './harness.ts'

/** A request signed by hand. */
export function signed(
  harness: Harness,
  method: string,
  path: string,
  payloadHash: string,
  more: Record<string, string> = {},
) {
  const timestamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const scope = { day: timestamp.slice(0, 8), region: 'eu-west-1', service: 's3' }
  const headers: Record<string, string> = {
    host: new URL(harness.server.url).host,
    'x-amz-date': timestamp,
    'x-amz-content-sha256': payloadHash,
    ...more,
  }
  const signedHeaders = Object.keys(headers).sort()
  const canonical = canonicalRequest({
    method,
    canonicalPath: path,
    query: [],
    headers: new Map(Object.entries(headers)),
    signedHeaders,
    payloadHash,
  })
  const key = signingKey(digests, WRITER.secretKey, scope)
  const signature = signatureOf(digests, key, stringToSign(digests, timestamp, scope, canonical))
  const authorization = `AWS4-HMAC-SHA256 Credential=${WRITER.accessKey}/${scopeText(scope)}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`
  return { headers: { ...headers, authorization }, key, timestamp, scope, signature }
}

/** A body in signed chunks, as `STREAMING-AWS4-HMAC-SHA256-PAYLOAD` wants it. */
export function signedChunks(
  { key, timestamp, scope, signature }: ReturnType<typeof signed>,
  pieces: readonly string[],
): string {
  const empty = digests.sha256Hex(new Uint8Array(0))
  let previous = signature
  return [...pieces, '']
    .map((piece) => {
      const hash = digests.sha256Hex(utf8Encode(piece))
      previous = signatureOf(
        digests,
        key,
        ['AWS4-HMAC-SHA256-PAYLOAD', timestamp, scopeText(scope), previous, empty, hash].join('\n'),
      )
      return `${piece.length.toString(16)};chunk-signature=${previous}\r\n${piece}\r\n`
    })
    .join('')
}

/** Sends a request and gives its answer, with the code of its error document. */
export async function fetched(
  harness: Harness,
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: string | Uint8Array,
) {
  const response = await fetch(harness.server.url + path, { method, headers, body: (body ?? null) as never })
  const answer = await response.text()
  return {
    status: response.status,
    code: /<Code>(.*?)<\/Code>/.exec(answer)?.[1],
    text: answer,
    headers: response.headers,
  }
}
