import { hexDecode, hexEncode, invariant } from '@dr-drill/runbook-core'

const BYTES = 32

/** The sum of two 256-bit numbers modulo 2^256, big endian. */
export function addDigests(left: Uint8Array, right: Uint8Array): Uint8Array {
  invariant(left.length === BYTES && right.length === BYTES, 'digests have 256 bits')
  const sum = new Uint8Array(BYTES)
  let carry = 0
  for (let place = BYTES - 1; place >= 0; place -= 1) {
    const value = (left[place] ?? 0) + (right[place] ?? 0) + carry
    sum[place] = value & 0xff
    carry = value >>> 8
  }
  return sum
}

/** The same of hex texts. */
export function addHexDigests(left: string, right: string): string {
  const [a, b] = [hexDecode(left), hexDecode(right)]
  invariant(a !== null && b !== null, 'digests are hex')
  return hexEncode(addDigests(a, b))
}

/** What a sum begins with. */
export const ZERO_DIGEST = '0'.repeat(2 * BYTES)
