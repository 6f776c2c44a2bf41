export {
  type AuthoredParameter,
  type AuthoredRunbook,
  type AuthoredStep,
  authoredRunbook,
  RUNBOOK_SCHEMA_VERSION,
} from './authored.ts'
export { cel, type ExpressionText, type OrExpression, type RunbookSpec, runbook, use } from './builder.ts'
export {
  type CompiledExpression,
  compileExpression,
  EXPRESSION_DEPTH_MAX,
  EXPRESSION_LENGTH_MAX,
  EXPRESSION_VALUES_MAX,
  expressionSource,
  type Reference,
} from './expressions/index.ts'
export { buildGraph, type Graph, type GraphNode } from './graph.ts'
export {
  jsonSchemaOf,
  runbookJsonSchema,
  SchemaRegistry,
  type SchemaSource,
  schemaRegistry,
} from './json-schema.ts'
export { type DocumentPath, formatPath, InvalidDocumentError, type LineOf, type Problem } from './problems.ts'
export type * from './qualified.ts'
export { PLAN_FACTS, type QualifyOptions, qualify, RUN_FACTS } from './qualify/index.ts'
export { readStatically, type StaticStep } from './static-steps.ts'
export { literalTemplate, resolveInput } from './templates.ts'
