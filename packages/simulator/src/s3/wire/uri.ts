import { OperatingError, utf8Decode, utf8Encode } from '@dr-drill/runbook-core'
import { S3Error } from '../errors/index.ts'

const HEX = '0123456789ABCDEF'
const UNRESERVED = /[A-Za-z0-9_.~-]/

/** Percent-encoding as SigV4 wants it: everything but letters, digits, `-`, `_`, `.`, `~`, and, if asked, `/`. */
export function uriEncode(text: string, keepSlash = false): string {
  let encoded = ''
  for (const byte of utf8Encode(text)) {
    const letter = String.fromCharCode(byte)
    if (byte < 0x80 && (UNRESERVED.test(letter) || (keepSlash && letter === '/'))) encoded += letter
    else encoded += `%${HEX[byte >> 4]}${HEX[byte & 15]}`
  }
  return encoded
}

/** The text that percent-encoding stands for. @throws InvalidURI for broken escapes or what is not UTF-8 */
export function uriDecode(encoded: string): string {
  if (/%(?![0-9A-Fa-f]{2})/.test(encoded)) throw new S3Error('InvalidURI')
  const source = utf8Encode(encoded)
  const bytes = new Uint8Array(source.length)
  let length = 0
  for (let at = 0; at < source.length; at += 1) {
    if (source[at] === 0x25) {
      bytes[length] = Number.parseInt(String.fromCharCode(source[at + 1]!, source[at + 2]!), 16)
      at += 2
    } else {
      bytes[length] = source[at]!
    }
    length += 1
  }
  try {
    return utf8Decode(bytes.subarray(0, length))
  } catch (error) {
    if (error instanceof OperatingError) throw new S3Error('InvalidURI')
    throw error
  }
}

/** The parameters of a raw query, decoded, in order; one without `=` has the empty value; `+` is a space. */
export function parseQuery(rawQuery: string): [name: string, value: string][] {
  return rawQuery
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const spaced = part.replaceAll('+', '%20')
      const at = spaced.indexOf('=')
      return at < 0
        ? [uriDecode(spaced), '']
        : [uriDecode(spaced.slice(0, at)), uriDecode(spaced.slice(at + 1))]
    })
}
