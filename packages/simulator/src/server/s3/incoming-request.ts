import type { IncomingMessage } from 'node:http'
import type { S3Body, S3Request } from '@dr-drill/simulator'

/** A request of `node:http` as the service takes it. */
export function incomingRequest(message: IncomingMessage, body: S3Body): S3Request {
  // A proxy's absolute form names the host again; what follows it is the path.
  const target = (message.url ?? '/').replace(/^https?:\/\/[^/?]*/i, '')
  const at = target.indexOf('?')
  const rawPath = at < 0 ? target : target.slice(0, at)
  return {
    method: message.method ?? 'GET',
    rawPath: rawPath === '' ? '/' : rawPath,
    rawQuery: at < 0 ? '' : target.slice(at + 1),
    headers: headersOf(message.rawHeaders),
    body,
  }
}

function headersOf(raw: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>()
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] as string).toLowerCase()
    const value = fromWire(raw[index + 1] as string)
    const before = headers.get(name)
    headers.set(name, before === undefined ? value : `${before},${value}`)
  }
  return headers
}

/** Header bytes as UTF-8 where they are: clients sign the text, `node:http` hands out Latin-1. */
function fromWire(value: string): string {
  const bytes = Buffer.from(value, 'latin1')
  const text = bytes.toString('utf8')
  return text.includes('\ufffd') ? value : text
}

/** A header value as `node:http` sends it: its UTF-8 bytes, each as a character. */
export function toWire(value: string): string {
  return Buffer.from(value, 'utf8').toString('latin1')
}
