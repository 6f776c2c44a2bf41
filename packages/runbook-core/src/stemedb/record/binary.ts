/** Reads and writes the little-endian integers of StemeDB's files. Values above 2^53 - 1 read as null: no file of ours holds any. */
export function readUint64(view: DataView, offset: number): number | null {
  const high = view.getUint32(offset + 4, true)
  return high < 0x20_0000 ? high * 0x1_0000_0000 + view.getUint32(offset, true) : null
}

/** `value` is an integer from 0 to 2^53 - 1. */
export function writeUint64(view: DataView, offset: number, value: number): void {
  view.setUint32(offset, value % 0x1_0000_0000, true)
  view.setUint32(offset + 4, Math.floor(value / 0x1_0000_0000), true)
}

/** A view of exactly these bytes, wherever they lie in their buffer. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** The bytes of an ASCII text, for magic numbers. */
export function asciiBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let index = 0; index < text.length; index += 1) bytes[index] = text.charCodeAt(index)
  return bytes
}

/** True when `bytes` has exactly `wanted` at `offset`. */
export function hasBytesAt(bytes: Uint8Array, offset: number, wanted: Uint8Array): boolean {
  if (offset < 0 || offset + wanted.length > bytes.length) return false
  for (let index = 0; index < wanted.length; index += 1) {
    if (bytes[offset + index] !== wanted[index]) return false
  }
  return true
}
