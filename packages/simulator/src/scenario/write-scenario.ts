import type { Scenario } from './schema.ts'

/** The text of a scenario file: its fields in the order of the schema, for people and for differences. */
export function scenarioText(scenario: Scenario): string {
  const { kind, schemaVersion, title, seed, production, disaster, faults, runbook, params } = scenario
  const { path, exploration, expect, digest } = scenario
  const head = { kind, schemaVersion, title, seed, production, disaster, faults, runbook, params }
  return `${JSON.stringify({ ...head, path, exploration, expect, digest }, null, 2)}\n`
}
