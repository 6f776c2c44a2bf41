export { BlockCrcs } from './block-crcs.ts'
export {
  BLOCK_BYTES,
  decodeFooter,
  encodeFooter,
  footerSize,
  locateFooter,
  type RecordFileFooter,
  TRAILER_BYTES,
} from './footer.ts'
export { decodeBatch, type FrameBatch } from './frame-batch.ts'
export { type FrameRange, FrameReader, type FrameStop, READ_BYTES } from './frame-reader.ts'
export {
  decodeHeader,
  encodeHeader,
  FORMAT_VERSION,
  HEADER_BYTES,
  lineageOf,
  type RecordFileHeader,
  type RecordFileKind,
} from './header.ts'
export { type RecordFileEnds, readEnds } from './open.ts'
export { findLaterProof } from './resync.ts'
export { type RecordFileDamage, type RecordFileScan, type ScanOptions, scanRecordFile } from './scan.ts'
export { type FrameRun, RecordFileWriter, type WrittenSpan } from './writer.ts'
