import { type Json, jsonSchemaOf } from '@dr-drill/runbook-core'
import { z } from 'zod'

/** Newest version of a scenario file. */
export const SCENARIO_SCHEMA_VERSION = 1

const count = z.int().nonnegative()
const scalar = z.union([z.string(), z.number(), z.boolean()])
const digest = z.string().regex(/^[0-9a-f]{64}$/, '64 hex digits')
const name = z.string().regex(/^[a-z][a-z0-9-]*$/, 'a lower-case name')

/** What is lost of a production: one of the seed's five. */
export const DISASTERS = ['server', 'data-centre', 'disk', 'ransomware', 'region'] as const

/** Kinds of verdict that a scenario can expect. */
const verdictKind = z.enum([
  'restored',
  'restored-with-loss',
  'refused',
  'failed',
  'inconclusive',
  'interrupted',
])

const production = z.object({
  seed: count.describe('seed of the production that was lived'),
  assertions: z.int().positive().max(100_000_000).describe('records that it writes in its whole life'),
  cut: z.iso
    .datetime()
    .nullable()
    .default(null)
    .describe('history time of the disaster; null: drawn from the seed'),
})

const disaster = z.object({
  kind: z.enum(DISASTERS),
  detectionMs: count.nullable().default(null).describe('until somebody notices; null: drawn'),
  declarationMs: count.nullable().default(null).describe('from there until it is declared; null: drawn'),
})

const fault = z.object({ kind: name, with: z.record(z.string(), scalar).default({}) })

const loss = z.object({
  unit: z.string(),
  acknowledged: count,
  recovered: count,
  lost: count,
  altered: count,
  duplicated: count,
  unexpected: count.nullable(),
})

const expectation = z.object({
  verdict: verdictKind,
  loss: loss.nullable().describe('null: nobody could know'),
  violated: z
    .array(z.string().regex(/^I\d{1,2}$/, 'an invariant such as I6'))
    .describe('exactly these invariants, in their order'),
})

/** Form of a scenario file, version 1. Unknown fields are ignored. */
export const scenarioSchema = z.object({
  kind: z.literal('scenario'),
  schemaVersion: z.int().positive(),
  title: z.string().max(200).describe('what it is about, in one line'),
  seed: count.describe("of the drill's own chance"),
  production,
  disaster,
  faults: z.array(fault).max(16),
  runbook: z.object({
    id: name,
    digest: digest.nullable().default(null).describe('of the runbook when this was recorded; null: any'),
    file: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe('relative to this file; null: the built-in one of that id'),
  }),
  params: z
    .record(z.string(), z.string())
    .default({})
    .describe('parameters as --param takes them; they count as explicit on every target'),
  path: z
    .string()
    .regex(/^\d{1,10}(:\d{1,10})*$/, 'numbers with colons between them')
    .nullable()
    .default(null)
    .describe('fast-check replay path by which an exploration reached it; null: written by hand'),
  exploration: z
    .object({
      seed: count,
      index: count,
      faults: z.array(name).nullable().default(null).describe('kinds that were drawn from; null: all'),
    })
    .nullable()
    .default(null)
    .describe('the exploration that found it; null: none'),
  expect: expectation,
  digest: digest.nullable().default(null).describe('of the run when this was recorded; null: not recorded'),
})

/** A scenario: everything that a drill is made from, and what must come of it. */
export type Scenario = z.infer<typeof scenarioSchema>

/** What must come of a scenario. */
export type ScenarioExpectation = Scenario['expect']

/** JSON Schema of a scenario file. */
export const scenarioJsonSchema = (): Json => jsonSchemaOf(scenarioSchema, 'Scenario')
