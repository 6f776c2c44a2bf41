export { type AnyFault, FAULTS } from './atlas.ts'
export * from './domains/index.ts'
export {
  defineFault,
  type Excuses,
  excusesDelay,
  type FaultDeclaration,
  type FaultKind,
  type FaultOutcome,
  type FaultParameters,
  type FaultTarget,
  NO_EXCUSE,
  type ParameterDescription,
  type Struck,
} from './fault-kind.ts'
export type { FaultSite, Forgery, OldPrimaryControl, RunnerControl } from './fault-site.ts'
export type { KillParameters } from './kinds/kill-runner.ts'
export type { OutageParameters } from './kinds/s3-outage.ts'
export { type Happening, type Moment, Moments } from './moment.ts'
export { momentText, parseMoment } from './moment-text.ts'
export {
  drawFault,
  faultExcuses,
  faultKind,
  faultOutcome,
  kindsFor,
  parseFault,
  readFault,
  sourcePlanOf,
  strikeFault,
} from './registry.ts'
export type { Alteration, PlanSource, SourceContents, SourcePlan } from './source-plan.ts'
export { strikePlan } from './strike-plan.ts'
export { surveySource } from './survey-source.ts'
