export { nativeChecksums } from './checksums.ts'
