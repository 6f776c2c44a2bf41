export { type QualifyOptions, qualify } from './qualify.ts'
export { PLAN_FACTS, RUN_FACTS } from './references.ts'
