export { EXPRESSION_DEPTH_MAX, EXPRESSION_LENGTH_MAX, type Root } from './cel.ts'
export type { Reference } from './check-tree.ts'
export { type CompiledExpression, compileExpression, expressionSource } from './compile.ts'
export { EXPRESSION_VALUES_MAX } from './values.ts'
