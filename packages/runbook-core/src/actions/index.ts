export { checkedOnce } from './checked-once.ts'
export type { DatabasePack } from './database-pack.ts'
export {
  type ActionContext,
  type ActionDefinition,
  ActionRegistry,
  type AnyAction,
  CAPABILITIES,
  type Capability,
  type DeclaredEffects,
  type DurationEstimate,
  defineAction,
  type Resource,
  type Trait,
} from './define-action.ts'
export { STANDARD_DISCHARGES } from './discharges.ts'
export { actionsFor } from './kinds.ts'
export { type Discharge, type Obligation, Obligations, type ObligationsContract } from './obligations.ts'
