import type { Json } from '@dr-drill/runbook-core'

const instant = { type: 'string', format: 'date-time' }
const count = { type: 'integer', minimum: 0 }

const properties: { readonly [name: string]: Json } = {
  kind: { const: 'world' },
  schemaVersion: { type: 'integer', minimum: 1 },
  seed: count,
  shiftMs: { type: 'integer' },
  startedAt: instant,
  failureAt: instant,
  history: { type: 'string', pattern: '^[0-9a-f]{32}$' },
  bucket: { type: 'string' },
  acknowledged: count,
  trustKey: { type: 'string', pattern: '^[0-9a-f]{64}$' },
}

/** JSON Schema of `world.json`. */
export const worldJsonSchema = (): Json => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'World',
  type: 'object',
  properties,
  required: Object.keys(properties),
})
