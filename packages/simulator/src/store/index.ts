export type { StoreControl, StoredVersion } from './contract.ts'
