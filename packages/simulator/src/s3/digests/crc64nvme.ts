/** CRC-64/NVME, polynomial 0xad93d23594c93659 with its bits reversed, as two 32-bit halves (BigInt is too slow per byte). */
const POLYNOMIAL_HIGH = 0x9a6c9329
const POLYNOMIAL_LOW = 0xac4bc9b5
const SLICES = 8

const HIGH = new Int32Array(256 * SLICES)
const LOW = new Int32Array(256 * SLICES)
fillTables()

function fillTables(): void {
  for (let byte = 0; byte < 256; byte += 1) {
    let high = 0
    let low = byte
    for (let bit = 0; bit < 8; bit += 1) {
      const carry = low & 1
      low = (low >>> 1) | (high << 31)
      high >>>= 1
      if (carry !== 0) {
        high ^= POLYNOMIAL_HIGH
        low ^= POLYNOMIAL_LOW
      }
    }
    HIGH[byte] = high
    LOW[byte] = low
  }
  for (let index = 256; index < HIGH.length; index += 1) {
    const low = LOW[index - 256]!
    const high = HIGH[index - 256]!
    LOW[index] = (low >>> 8) ^ (high << 24) ^ LOW[low & 0xff]!
    HIGH[index] = (high >>> 8) ^ HIGH[low & 0xff]!
  }
}

/** CRC-64/NVME of the bytes, 16 lower-case hex digits; `seed` is the result for the bytes before. */
export function crc64nvme(bytes: Uint8Array, seed = '0000000000000000'): string {
  let high = ~Number.parseInt(seed.slice(0, 8), 16)
  let low = ~Number.parseInt(seed.slice(8), 16)
  let at = 0
  for (const end = bytes.length - 7; at < end; at += 8) {
    // Eight bytes per step: the first four meet the low half, the others the high half.
    low ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    high ^= bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24)
    const a = 1792 + (low & 0xff)
    const b = 1536 + ((low >>> 8) & 0xff)
    const c = 1280 + ((low >>> 16) & 0xff)
    const d = 1024 + (low >>> 24)
    const e = 768 + (high & 0xff)
    const f = 512 + ((high >>> 8) & 0xff)
    const g = 256 + ((high >>> 16) & 0xff)
    const h = high >>> 24
    low = LOW[a]! ^ LOW[b]! ^ LOW[c]! ^ LOW[d]! ^ LOW[e]! ^ LOW[f]! ^ LOW[g]! ^ LOW[h]!
    high = HIGH[a]! ^ HIGH[b]! ^ HIGH[c]! ^ HIGH[d]! ^ HIGH[e]! ^ HIGH[f]! ^ HIGH[g]! ^ HIGH[h]!
  }
  for (; at < bytes.length; at += 1) {
    const index = (low ^ bytes[at]!) & 0xff
    low = (low >>> 8) ^ (high << 24) ^ LOW[index]!
    high = (high >>> 8) ^ HIGH[index]!
  }
  return hex32(~high) + hex32(~low)
}

function hex32(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0')
}
