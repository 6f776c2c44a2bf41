import type { QualifiedRunbook } from '../runbook/index.ts'
import type { Json } from '../text/json.ts'
import type { RunRecord } from '../verdict/index.ts'

/** JSON object, as outputs of steps are. */
export type Fields = { readonly [name: string]: Json }

/** Outputs of the steps of one kind that succeeded, in the runbook's order. */
export function outputsOf(record: RunRecord, runbook: QualifiedRunbook, kind: string): readonly Fields[] {
  return runbook.steps
    .filter((step) => step.action.kind === kind)
    .map((step) => record.steps.get(step.id))
    .filter((step) => step?.status === 'succeeded')
    .map((step) => step?.output ?? null)
    .filter(isFields)
}

/** Inputs of the steps of one kind that succeeded. */
export function inputsOf(record: RunRecord, runbook: QualifiedRunbook, kind: string): readonly Fields[] {
  return runbook.steps
    .filter((step) => step.action.kind === kind)
    .map((step) => record.steps.get(step.id))
    .filter((step) => step?.status === 'succeeded')
    .map((step) => step?.input ?? null)
    .filter(isFields)
}

/** An object, and not a list. */
export function isFields(value: Json | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A field that is a whole number; null otherwise. */
export const numberOf = (fields: Fields | undefined, name: string): number | null => {
  const value = fields?.[name]
  return typeof value === 'number' ? value : null
}

/** A field that is a text; null otherwise. */
export const textOf = (fields: Fields | undefined, name: string): string | null => {
  const value = fields?.[name]
  return typeof value === 'string' ? value : null
}

/** A field that is a list of objects. */
export const listOf = (fields: Fields | undefined, name: string): readonly Fields[] => {
  const value = fields?.[name]
  return Array.isArray(value) ? value.filter(isFields) : []
}

/** A field that is an object. */
export const fieldsOf = (fields: Fields | undefined, name: string): Fields | undefined => {
  const value = fields?.[name]
  return isFields(value) ? value : undefined
}
