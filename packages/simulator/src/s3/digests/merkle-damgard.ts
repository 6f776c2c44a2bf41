import { hexEncode, invariant, type RunningDigest } from '@dr-drill/runbook-core'

/** Folds the 64 bytes at an offset into the state. */
type Compress = (state: Int32Array, view: DataView, offset: number) => void

/** The frame that MD5 and SHA-1 share: blocks of 64 bytes, a closing bit, the length in bits. */
class BlockDigest implements RunningDigest {
  readonly #state: Int32Array
  readonly #compress: Compress
  readonly #littleEndian: boolean
  readonly #block = new Uint8Array(64)
  readonly #blockView = new DataView(this.#block.buffer)
  #filled = 0
  #lengthBytes = 0
  #ended = false

  constructor(initial: readonly number[], littleEndian: boolean, compress: Compress) {
    this.#state = Int32Array.from(initial)
    this.#littleEndian = littleEndian
    this.#compress = compress
  }

  update(bytes: Uint8Array): RunningDigest {
    invariant(!this.#ended, 'a digest that has ended takes no more bytes')
    this.#lengthBytes += bytes.length
    let at = 0
    if (this.#filled > 0) {
      at = Math.min(64 - this.#filled, bytes.length)
      this.#block.set(bytes.subarray(0, at), this.#filled)
      this.#filled += at
      if (this.#filled < 64) return this
      this.#compress(this.#state, this.#blockView, 0)
      this.#filled = 0
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (; at + 64 <= bytes.length; at += 64) {
      this.#compress(this.#state, view, at)
    }
    this.#block.set(bytes.subarray(at))
    this.#filled = bytes.length - at
    return this
  }

  hex(): string {
    const lengthBits = this.#lengthBytes * 8
    const padding = new Uint8Array(((119 - this.#filled) % 64) + 9)
    padding[0] = 0x80
    const tail = new DataView(padding.buffer, padding.length - 8)
    const high = Math.floor(lengthBits / 0x1_0000_0000)
    tail.setUint32(this.#littleEndian ? 4 : 0, high, this.#littleEndian)
    tail.setUint32(this.#littleEndian ? 0 : 4, lengthBits >>> 0, this.#littleEndian)
    this.update(padding)
    this.#ended = true
    const result = new DataView(new ArrayBuffer(this.#state.length * 4))
    this.#state.forEach((word, index) => {
      result.setInt32(index * 4, word, this.#littleEndian)
    })
    return hexEncode(new Uint8Array(result.buffer))
  }
}

const rotated = (value: number, bits: number) => (value << bits) | (value >>> (32 - bits))

const MD5_SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]
/** floor(2^32 * abs(sin(i + 1))) of RFC 1321, written out: transcendental functions differ between engines. */
const MD5_SINES = Int32Array.from(
  (
    'd76aa478 e8c7b756 242070db c1bdceee f57c0faf 4787c62a a8304613 fd469501 698098d8 8b44f7af ffff5bb1 895cd7be ' +
    '6b901122 fd987193 a679438e 49b40821 f61e2562 c040b340 265e5a51 e9b6c7aa d62f105d 02441453 d8a1e681 e7d3fbc8 ' +
    '21e1cde6 c33707d6 f4d50d87 455a14ed a9e3e905 fcefa3f8 676f02d9 8d2a4c8a fffa3942 8771f681 6d9d6122 fde5380c ' +
    'a4beea44 4bdecfa9 f6bb4b60 bebfbc70 289b7ec6 eaa127fa d4ef3085 04881d05 d9d4d039 e6db99e5 1fa27cf8 c4ac5665 ' +
    'f4292244 432aff97 ab9423a7 fc93a039 655b59c3 8f0ccc92 ffeff47d 85845dd1 6fa87e4f fe2ce6e0 a3014314 4e0811a1 ' +
    'f7537e82 bd3af235 2ad7d2bb eb86d391'
  )
    .split(' ')
    .map((word) => Number.parseInt(word, 16)),
)

function compressMd5(state: Int32Array, view: DataView, offset: number): void {
  let a = state[0]!
  let b = state[1]!
  let c = state[2]!
  let d = state[3]!
  for (let step = 0; step < 64; step += 1) {
    const round = step >> 4
    let mixed: number
    let word: number
    if (round === 0) {
      mixed = (b & c) | (~b & d)
      word = step
    } else if (round === 1) {
      mixed = (d & b) | (~d & c)
      word = (5 * step + 1) & 15
    } else if (round === 2) {
      mixed = b ^ c ^ d
      word = (3 * step + 5) & 15
    } else {
      mixed = c ^ (b | ~d)
      word = (7 * step) & 15
    }
    const sum = (a + mixed + MD5_SINES[step]! + view.getInt32(offset + word * 4, true)) | 0
    a = d
    d = c
    c = b
    b = (b + rotated(sum, MD5_SHIFTS[round * 4 + (step & 3)]!)) | 0
  }
  addTo(state, [a, b, c, d])
}

function compressSha1(state: Int32Array, view: DataView, offset: number): void {
  const words = new Int32Array(80)
  for (let index = 0; index < 16; index += 1) words[index] = view.getInt32(offset + index * 4)
  for (let index = 16; index < 80; index += 1) {
    const mixed = words[index - 3]! ^ words[index - 8]! ^ words[index - 14]! ^ words[index - 16]!
    words[index] = rotated(mixed, 1)
  }
  let a = state[0]!
  let b = state[1]!
  let c = state[2]!
  let d = state[3]!
  let e = state[4]!
  for (let step = 0; step < 80; step += 1) {
    let mixed: number
    if (step < 20) mixed = ((b & c) | (~b & d)) + 0x5a827999
    else if (step < 40) mixed = (b ^ c ^ d) + 0x6ed9eba1
    else if (step < 60) mixed = ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
    else mixed = (b ^ c ^ d) + 0xca62c1d6
    const sum = (rotated(a, 5) + mixed + e + words[step]!) | 0
    e = d
    d = c
    c = rotated(b, 30)
    b = a
    a = sum
  }
  addTo(state, [a, b, c, d, e])
}

function addTo(state: Int32Array, words: readonly number[]): void {
  words.forEach((word, index) => {
    state[index] = state[index]! + word
  })
}

/** MD5 (RFC 1321), which S3 uses for ETags and Content-MD5. */
export const md5 = (): RunningDigest =>
  new BlockDigest([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476], true, compressMd5)

/** SHA-1 (FIPS 180-4), one of S3's additional checksums. */
export const sha1 = (): RunningDigest =>
  new BlockDigest([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0], false, compressSha1)
