import { z } from 'zod'
import { ERRORS, type ErrorCode, type ErrorRecord } from '../errors/index.ts'

/** Any JSON value; a missing one is not one. */
const json = z.unknown().refine((value) => value !== undefined, 'is missing')
const text = z.string()
const count = z.int().min(0)
const ordinal = z.int().min(1)
const hex64 = z.string().regex(/^[0-9a-f]{64}$/)
const scalar = z.union([z.string(), z.number(), z.boolean()])

const errorRecord = z.object({
  code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
  message: text,
  subject: text.nullable(),
  hint: text,
  retryable: z.boolean(),
  // Nested causes are for people; they are not interpreted.
  cause: json,
  origin: z.object({ fiber: text, effect: z.number() }).nullable(),
})

/** True for the JSON form of an operating error. */
export const isErrorRecord = (value: unknown): value is ErrorRecord => errorRecord.safeParse(value).success

const fault = z.object({ kind: text, with: z.record(text, scalar) })

const obligation = z.object({
  id: text,
  kind: text,
  subject: z.record(text, scalar.nullable()),
  release: z.enum(['on-interrupt', 'keep-until-restored']),
})

const runEvents = {
  'run-started': {
    runId: text,
    runbook: z.object({ id: text, title: text, digest: text }),
    tool: z.object({ version: text, digest: text }),
    actionsDigest: text,
    mode: z.enum(['rehearsal', 'drill', 'recovery']),
    data: z.enum(['generated', 'supplied']),
    environment: z.enum(['simulated', 'sandbox', 'real']),
    target: text,
    capabilities: z.array(text),
    seed: z.number(),
    params: z.record(text, json),
    objectives: z.object({ rtoMs: z.number(), rpoMs: z.number() }),
    scenario: text.nullable(),
    faults: z.array(fault),
    dryRun: z.boolean().optional(),
    startedAtWall: text,
  },
  'clock-marked': { name: text, at: z.number(), domain: z.enum(['drill', 'history']) },
  'fault-fired': { fault, detail: text },
  'cancel-requested': { reason: text },
  'run-resumed': { gapMs: count, dropped: z.enum(['nothing', 'incomplete-last-line']) },
  'evidence-collected': { subject: text, evidence: json },
  'run-ended': {
    outcome: z.enum(['completed', 'failed', 'interrupted', 'paused']),
    firstCause: errorRecord.nullable(),
  },
}

const stepEvents = {
  'step-started': { step: text, attempt: ordinal, input: json, inputDigest: hex64, key: hex64 },
  'effect-intended': {
    step: text,
    ordinal,
    port: text,
    method: text,
    access: z.enum(['read', 'write', 'own']),
    input: json,
    key: hex64,
  },
  'effect-ended': { step: text, ordinal, outcome: z.enum(['done', 'failed']), error: errorRecord.optional() },
  'step-succeeded': {
    step: text,
    attempt: ordinal,
    output: json,
    captures: z.record(text, json),
    exercised: z.enum(['real', 'sandbox', 'recorded', 'no']),
  },
  'step-failed': { step: text, attempt: count, error: errorRecord },
  'step-interrupted': { step: text, attempt: count },
  'step-retry-scheduled': { step: text, attempt: ordinal, delayMs: count },
  'step-skipped': { step: text, reason: z.enum(['condition', 'not-exercised']), detail: text },
  'step-undone': { step: text },
  'obligation-taken': { step: text, obligation },
  'obligation-discharged': { id: text },
  'approval-given': { step: text, by: text },
}

/** Any event as a schema: those that this release knows, or one that a later release added. */
export const anyEvent = (): z.ZodType =>
  z.union([
    ...Object.entries({ ...runEvents, ...stepEvents }).map(([type, fields]) =>
      z.object({ type: z.literal(type), ...fields }),
    ),
    z.looseObject({ type: text }),
  ])

/** The shape of each event type, so that a well-chained but malformed journal is refused instead of crashing a fold. */
const SCHEMAS: ReadonlyMap<string, z.ZodType> = new Map(
  Object.entries({ ...runEvents, ...stepEvents }).map(([type, fields]) => [type, z.object(fields)]),
)

/**
 * What is wrong with an event, in words; null when it is well formed. Types that this release does not know are an addition of a
 * later one and pass: folds ignore them.
 */
export function eventProblem(event: unknown): string | null {
  const type = (event as { readonly type?: unknown } | null)?.type
  if (typeof type !== 'string') return 'the event has no type'
  const parsed = SCHEMAS.get(type)?.safeParse(event)
  if (parsed === undefined || parsed.success) return null
  const issue = parsed.error.issues[0]
  return `${type}.${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'malformed'}`
}
