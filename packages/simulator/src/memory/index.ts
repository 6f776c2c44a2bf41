export { BlobMemory } from './blob-memory.ts'
export { ChainName, ListChain } from './list-chain.ts'
export { rememberingChecksums } from './remembering-checksums.ts'
