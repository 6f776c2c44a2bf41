export type { Mutant, MutationOperator, SkippedCall } from './mutant.ts'
export { MUTATION_OPERATORS, mutantsOf } from './operators/index.ts'
