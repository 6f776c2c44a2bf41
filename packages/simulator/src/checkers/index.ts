export { type CheckedDrill, checkDrill } from './check-drill.ts'
export { type Checker, defineChecker } from './checker.ts'
export { CHECKERS } from './checkers.ts'
export type { DrillTruth, Excused } from './truth/drill-truth.ts'
export { type Expectation, type ExpectationInput, excusedBy, expectationOf } from './truth/expectation.ts'
export { type Acknowledged, LedgerTruth, type WholeLedger, wholeLedger } from './truth/ledger-truth.ts'
export {
  isKnownPrefix,
  isTruePrefix,
  type Served,
  servedBy,
  type TrueLoss,
  trueLoss,
} from './truth/served.ts'
export { SourceTruth } from './truth/source-truth.ts'
export { type Archived, type IsGood, type PristineObjects, Survey } from './truth/survey.ts'
