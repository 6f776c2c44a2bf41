export type { Checksums, RunningDigest } from './checksums.ts'
export { crc32, crc32c } from './crc.ts'
export { hexDecode, hexEncode } from './hex.ts'
export {
  beginningOf,
  beginsWith,
  type Memory,
  Question,
  QuestionOfEach,
  recall,
  recallEach,
} from './memory.ts'
export { onceFor } from './once-for.ts'
export { portableChecksums } from './portable.ts'
export { sameAsBefore } from './same-as-before.ts'
