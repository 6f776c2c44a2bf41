export {
  defineFault,
  type FaultKind,
  type FaultOutcome,
  type FaultParameters,
  type ParameterDescription,
} from './fault-kind.ts'
export type { KillParameters } from './kinds/kill-runner.ts'
export type { OutageParameters } from './kinds/s3-outage.ts'
export { FAULTS, faultKind, faultOutcome, parseFault, readFault, sourcePlanOf } from './registry.ts'
export type { Alteration, PlanSource, SourceContents, SourcePlan } from './source-plan.ts'
export { surveySource } from './survey-source.ts'
