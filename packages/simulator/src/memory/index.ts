export { BlobMemory } from './blob-memory.ts'
export { rememberingChecksums } from './remembering-checksums.ts'
