import type { Template } from '../runbook/qualified.ts'

/** Ids of the steps that a template's expressions refer to. */
export function* templateSteps(template: Template): Generator<string, void, void> {
  if (template.kind === 'expression') yield* template.expression.steps
  else if (template.kind === 'list') for (const item of template.items) yield* templateSteps(item)
  else if (template.kind === 'object') for (const [, item] of template.entries) yield* templateSteps(item)
}
