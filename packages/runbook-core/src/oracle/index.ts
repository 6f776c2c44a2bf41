export {
  type ComparedFiles,
  type CompareFilesInput,
  type ComparingSpace,
  compareFiles,
  compareReadback,
  type PreparedLedger,
  prepareLedger,
} from './compare-files.ts'
export { compareIndexed } from './compare-indexed.ts'
export type { Comparison, LedgerPoint } from './comparison.ts'
export { EXAMPLES_MAX } from './comparison.ts'
export {
  type Loss,
  lossSchema,
  type OracleEvidence,
  oracleEvidence,
  oracleEvidenceSchema,
} from './evidence.ts'
export { type EntryCodec, externalSort, type Sorted, type SortSpace } from './external-sort.ts'
export { IndexedLedger } from './indexed-ledger.ts'
export { endLine, ORACLE_SCHEMA_VERSION } from './json-lines.ts'
export { ledgerJsonSchema, readbackJsonSchema } from './json-schemas.ts'
export {
  type Judged,
  type JudgeFilesInput,
  type Judgement,
  judgeEvidence,
  judgeFiles,
  wrongRecords,
} from './judge-files.ts'
export {
  type LedgerHeader,
  type LedgerLine,
  type LedgerReader,
  ledgerHeaderLine,
  ledgerLine,
  openLedger,
} from './ledger.ts'
export { LINE_BYTES_MAX, type Line, LineReader } from './line-reader.ts'
export { LineWriter } from './line-writer.ts'
export { type ComparePositions, compareNaturally } from './positions.ts'
export { arrayPull, type Pull, pull } from './pull.ts'
export {
  openReadback,
  type ReadbackHeader,
  type ReadbackReader,
  readbackHeaderLine,
  readbackLine,
} from './readback.ts'
export type { ReadbackPage } from './readback-by-place.ts'
