export type { Checksums, RunningDigest } from './checksums.ts'
export { crc32, crc32c } from './crc.ts'
export { hexDecode, hexEncode } from './hex.ts'
export { portableChecksums } from './portable.ts'
