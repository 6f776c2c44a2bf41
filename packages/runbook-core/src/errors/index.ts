export { invariant, ProgrammerError } from './invariant.ts'
export {
  type ErrorDetails,
  type ErrorOrigin,
  type ErrorRecord,
  errorFromRecord,
  OperatingError,
  toOperatingError,
} from './operating-error.ts'
export { ERRORS, type ErrorCode, type ErrorDefinition } from './registry.ts'
