export {
  type ActionContext,
  type ActionDefinition,
  ActionRegistry,
  type AnyAction,
  type Capability,
  type DeclaredEffects,
  type DurationEstimate,
  defineAction,
  type Resource,
} from './define-action.ts'
export { type Discharge, type Obligation, Obligations, type ObligationsContract } from './obligations.ts'
