import { S3Error } from '../errors/index.ts'

/** How the body of a request is protected: `x-amz-content-sha256`. */
export type PayloadMode =
  | { readonly kind: 'sha256'; readonly hex: string }
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'chunked'; readonly signed: boolean; readonly trailer: boolean }

const MODES: Readonly<Record<string, PayloadMode>> = {
  'UNSIGNED-PAYLOAD': { kind: 'unsigned' },
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER': { kind: 'chunked', signed: false, trailer: true },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD': { kind: 'chunked', signed: true, trailer: false },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER': { kind: 'chunked', signed: true, trailer: true },
}

/** The mode that a header value names. @throws InvalidArgument */
export function payloadMode(value: string): PayloadMode {
  if (/^[0-9a-f]{64}$/.test(value)) return { kind: 'sha256', hex: value }
  const mode = Object.hasOwn(MODES, value) ? MODES[value] : undefined
  if (mode !== undefined) return mode
  throw new S3Error(
    'InvalidArgument',
    'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, one of the STREAMING values, or a valid sha256 value.',
    { ArgumentName: 'x-amz-content-sha256' },
  )
}
