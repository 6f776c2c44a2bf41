const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const VALUES = new Map([...ALPHABET].map((letter, value) => [letter, value]))

/** Bytes in base64 with padding. */
export function base64Encode(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at
    const word = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    text += ALPHABET[word >>> 18]! + ALPHABET[(word >>> 12) & 63]!
    text += left > 1 ? ALPHABET[(word >>> 6) & 63]! : '='
    text += left > 2 ? ALPHABET[word & 63]! : '='
  }
  return text
}

/** The bytes of a base64 text in its one canonical spelling; null for any other text. */
export function base64Decode(text: string): Uint8Array | null {
  if (text.length % 4 !== 0) return null
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const bytes = new Uint8Array((text.length / 4) * 3 - padding)
  let at = 0
  for (let index = 0; index < text.length; index += 4) {
    let word = 0
    for (let offset = 0; offset < 4; offset += 1) {
      const isPadding = index + offset >= text.length - padding
      const value = isPadding ? 0 : VALUES.get(text[index + offset]!)
      if (value === undefined) return null
      word = (word << 6) | value
    }
    for (let shift = 16; shift >= 0 && at < bytes.length; shift -= 8) bytes[at++] = (word >>> shift) & 0xff
  }
  return base64Encode(bytes) === text ? bytes : null
}
