export type { LedgerLine, Production, StoredWrite } from './contract.ts'
