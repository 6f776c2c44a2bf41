import { OperatingError } from '../errors/index.ts'

// The only two globals that core uses: every runtime has them, the ES library does not declare them.
declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>
}
declare class TextDecoder {
  constructor(label: string, options: { fatal: boolean; ignoreBOM: boolean })
  decode(bytes: Uint8Array): string
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Texts up to this length are encoded here as long as they are ASCII: it costs less than asking for memory outside the heap. */
const SHORT_LENGTH = 64

/** The UTF-8 bytes of a text; lone surrogates become U+FFFD. */
export function utf8Encode(text: string): Uint8Array<ArrayBuffer> {
  if (text.length > SHORT_LENGTH) return encoder.encode(text)
  const bytes = new Uint8Array(text.length)
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code > 0x7f) return encoder.encode(text)
    bytes[index] = code
  }
  return bytes
}

/** The text of UTF-8 bytes. @throws OperatingError `input-invalid` when they are not UTF-8 */
export function utf8Decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw new OperatingError('input-invalid', 'the bytes are not UTF-8', { cause })
  }
}

/** Orders two texts by their UTF-8 bytes, as S3 orders keys (UTF-16 order differs beyond U+FFFF). */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index)
    const right = b.charCodeAt(index)
    if (left !== right) return rank(left) - rank(right)
  }
  return a.length - b.length
}

/** Surrogates stand for code points above all of the BMP, so they rank above U+E000..U+FFFF. */
function rank(codeUnit: number): number {
  if (codeUnit < 0xd800) return codeUnit
  return codeUnit < 0xe000 ? codeUnit + 0x2000 : codeUnit - 0x800
}
