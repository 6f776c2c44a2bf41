export type { Mutant, MutationOperator, SkippedCall } from './mutant.ts'
export { MUTATION_OPERATORS, mutantsOf } from './operators/index.ts'
export { skipCalls } from './skip-calls.ts'
