export type { LedgerLine, OperationRun, Production, ProductionCut } from './contract.ts'
export { type DisasterMoment, drawDisaster } from './draw-disaster.ts'
export {
  PRODUCTION_ASSERTIONS,
  PRODUCTION_LASTS_MS,
  PRODUCTION_SEGMENT_BYTES,
  type ProductionOptions,
  recordProduction,
} from './record-production.ts'
