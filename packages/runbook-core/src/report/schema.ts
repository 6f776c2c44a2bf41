import { z } from 'zod'
import { jsonSchemaOf } from '../runbook/json-schema.ts'
import type { Json } from '../text/json.ts'

/** Version of `report.json` that this release writes. */
export const REPORT_SCHEMA_VERSION = 1

const count = z.int().nonnegative()
const instant = z.string()
const exercised = z.enum(['real', 'sandbox', 'recorded', 'no'])
const clock = z.object({ at: instant, domain: z.enum(['drill', 'history']) }).nullable()
const scalar = z.union([z.string(), z.number(), z.boolean()])

const rto = z.object({
  targetMs: count,
  measuredMs: count.nullable(),
  basis: z.enum(['wall', 'virtual']),
  status: z.enum(['met', 'missed', 'not-comparable']),
  reasons: z.array(z.string()),
  bytes: count.nullable(),
  bytesPerSecond: count.nullable(),
  notExercised: z.array(z.string()),
})

const rpo = z.object({
  targetMs: count,
  status: z.enum(['met', 'missed']).nullable(),
  basis: z.enum(['ledger', 'archive-age']),
  recoveryPointAt: instant.nullable(),
  recoveryPointAgeMs: count.nullable(),
  lossWindowMs: count.nullable(),
  derivedWorstCaseMs: count.nullable(),
})

const loss = z.object({
  unit: z.string(),
  acknowledged: count,
  recovered: count,
  lost: count,
  altered: count,
  duplicated: count,
  unexpected: count.nullable(),
})

const step = z.object({
  id: z.string(),
  title: z.string(),
  status: z.enum(['succeeded', 'skipped', 'failed', 'interrupted', 'undone', 'running', 'not-started']),
  exercised,
  startedAt: instant.nullable(),
  durationMs: count.nullable(),
  budgetMs: count.nullable(),
  attempts: count,
  /** The last error, or why it was skipped. */
  detail: z.string(),
})

const group = z.object({
  id: z.string(),
  title: z.string(),
  startedAt: instant.nullable(),
  /** Null unless every step of it has ended well. */
  endedAt: instant.nullable(),
  durationMs: count.nullable(),
  budgetMs: count.nullable(),
})

/** Everything of a run that a program may want to know (contracts.md, "report.json"); all else is an addition. */
export const reportSchema = z.object({
  kind: z.literal('report'),
  schemaVersion: z.int().positive(),
  runId: z.string(),
  mode: z.enum(['rehearsal', 'drill', 'recovery']),
  data: z.enum(['generated', 'supplied']),
  environment: z.enum(['simulated', 'sandbox', 'real']),
  target: z.string(),
  seed: z.int(),
  runbook: z.object({ id: z.string(), title: z.string(), digest: z.string() }),
  scenario: z.string().nullable(),
  faults: z.array(z.object({ kind: z.string(), with: z.record(z.string(), scalar), fired: z.boolean() })),
  clocks: z.object({ failureAt: clock, detectedAt: clock, declaredAt: clock, restoredAt: clock }),
  steps: z.array(step),
  objectives: z.object({ rto, rpo }),
  loss: loss.nullable(),
  sourceRequests: z
    .object({ get: count, head: count, list: count, other: count, refusedWrites: count })
    .nullable(),
  claims: z.array(
    z.object({
      id: z.string(),
      text: z.string(),
      status: z.enum(['proven', 'unproven', 'refuted']),
      by: z.string(),
      required: z.boolean(),
    }),
  ),
  invariants: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      status: z.enum(['held', 'violated', 'not-applicable', 'not-checked', 'not-exercised']),
      detail: z.string(),
    }),
  ),
  checklist: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      status: z.enum(['passed', 'failed', 'not-exercised', 'not-run']),
      exercised,
      detail: z.string(),
    }),
  ),
  selection: z.array(z.object({ candidate: z.string(), chosen: z.boolean(), reason: z.string() })),
  verdict: z.object({
    kind: z.enum(['restored', 'restored-with-loss', 'refused', 'failed', 'inconclusive', 'interrupted']),
    reason: z.string(),
    next: z.string(),
  }),
  passed: z.boolean().nullable(),
  symbol: z.enum(['✅', '⚠️', '❌']),
  exitCode: count,
  expected: z.string().nullable(),
  tool: z.object({ version: z.string(), digest: z.string() }),
  params: z.record(z.string(), z.json()),
  /** Wall clock; the drill clock starts here. */
  startedAt: instant,
  endedAt: instant,
  durationMs: count,
  groups: z.array(group),
  /** Whether what is lost is only the newest, and a few keys of each kind of difference. */
  lossDetail: z
    .object({
      lostIsTail: z.boolean(),
      lost: z.array(z.string()),
      altered: z.array(z.string()),
      duplicated: z.array(z.string()),
      unexpected: z.array(z.string()),
    })
    .nullable(),
  issues: z.array(
    z.object({ text: z.string(), impactMs: count.nullable(), resolution: z.string().nullable() }),
  ),
  approvals: z.array(z.object({ step: z.string(), by: z.string(), at: instant })),
  resumes: z.array(z.object({ at: instant, gapMs: count })),
  /** Taken and not given back: what is left on the target. */
  held: z.array(z.object({ step: z.string(), kind: z.string(), subject: z.record(z.string(), z.json()) })),
  leftBehind: z.array(z.string()),
})

/** See `reportSchema`. */
export type Report = z.infer<typeof reportSchema>

/** JSON Schema of `report.json`. */
export const reportJsonSchema = (): Json => jsonSchemaOf(reportSchema, 'Report')
