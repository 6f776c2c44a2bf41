import { z } from 'zod'
import { CAPABILITIES } from '../actions/define-action.ts'
import { DURATION_PATTERN } from '../text/duration.ts'
import { SIZE_PATTERN } from '../text/size.ts'

/** Newest version of the authored form that this release reads. */
export const RUNBOOK_SCHEMA_VERSION = 1

const EXPRESSION = '\\$\\{[^]*\\}'
const oneOf = (...patterns: string[]) => new RegExp(`^(?:${patterns.join('|')})$`)

const id = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'an id: lower-case letters, digits and "-", at most 63')
  .meta({ description: 'Lower-case letters, digits and "-". In expressions "-" is written "_".' })

const title = z.string().min(1).max(200)

const duration = z
  .string('a duration is text with its unit: 30s')
  .regex(oneOf(DURATION_PATTERN, EXPRESSION), 'a duration such as 4h, 15m30s, 500ms, PT15M, or ${ params.x }')
  .meta({ description: 'A duration (4h, 15m30s, 500ms, PT15M) or ${ an expression over params }.' })

const size = z
  .string()
  .regex(oneOf(SIZE_PATTERN, EXPRESSION), 'a size such as 64MiB or 1.5GB, or ${ params.x }')
  .meta({ description: 'A size (64MiB, 1.5GB, 512B) or ${ an expression over params }.' })

const count = z.union([
  z.int().min(1),
  z.string().regex(oneOf(EXPRESSION), 'a whole number, or ${ params.x }'),
])

const expression = z
  .string()
  .min(1)
  .meta({ description: 'A CEL expression, with or without ${ }; see docs/writing-a-runbook.md.' })

const scalar = z.union([z.boolean(), z.number(), z.string()])

/** One parameter: everything a person may want to change about a run. */
export const authoredParameter = z.strictObject({
  type: z.enum(['duration', 'size', 'integer', 'boolean', 'string']),
  description: z.string().min(1),
  default: scalar.meta({ description: 'In the human form of its type: 10s, 64MiB, 3, true.' }),
  profiles: z
    .record(z.string(), scalar)
    .optional()
    .meta({ description: 'Another default per target, e.g. {local: 10s}. An explicit value wins.' }),
})

const retry = z.strictObject({
  attempts: count.meta({ description: 'In all, the first included.' }),
  delay: duration
    .optional()
    .meta({ description: 'Before the second attempt; doubled each time. Default 1s.' }),
  delayMax: duration.optional().meta({ description: 'Longest wait. Default 30s.' }),
  codes: z.array(z.string()).min(1).optional().meta({ description: 'Only these error codes are retried.' }),
})

const threePoints = z.strictObject({ best: duration, likely: duration, worst: duration })
const rate = z.strictObject({
  size: expression.meta({ description: 'Bytes (or records), e.g. ${ facts.backupBytes }.' }),
  perSecond: z.strictObject({
    best: z.union([size, z.number().positive()]),
    likely: z.union([size, z.number().positive()]),
    worst: z.union([size, z.number().positive()]),
  }),
})

/** One step of the graph. */
export const authoredStep = z.strictObject({
  id,
  title,
  group: id.optional().meta({ description: 'The heading it stands under; required when `groups` is given.' }),
  needs: z.array(id).optional().meta({ description: 'Steps that end before this one starts.' }),
  action: z.strictObject({
    kind: z.string().min(1),
    with: z.record(z.string(), z.json()).optional(),
  }),
  requires: z
    .array(z.enum(CAPABILITIES))
    .min(1)
    .optional()
    .meta({ description: 'Abilities of the target; where one is missing the step is not-exercised.' }),
  when: z.union([expression, z.boolean()]).optional().meta({ description: 'False: the step is skipped.' }),
  retry: retry.optional(),
  timeout: duration.optional().meta({ description: 'Of one attempt.' }),
  estimate: z
    .union([duration, threePoints, rate])
    .optional()
    .meta({ description: 'How long it takes; without it the action knows best.' }),
  verify: z
    .array(expression)
    .optional()
    .meta({ description: 'Each must be true when the action has ended.' }),
  undo: z.enum(['never', 'on-abandon']).optional(),
  capture: z
    .record(z.string().regex(/^[a-zA-Z][a-zA-Z0-9]*$/, 'a name such as recordCount'), expression)
    .optional(),
})

const group = z.strictObject({ id, title, budget: duration.optional() })

const protection = z.strictObject({
  backupInterval: duration,
  archiveInterval: duration,
  archiveAccuracy: duration.optional().meta({ description: "Of the timer. Default 1m, systemd's own." }),
  archiveDuration: duration.meta({ description: 'Longest an archive cycle takes.' }),
  rotatesEachCycle: z.boolean().meta({ description: 'Whether each cycle closes the open segment.' }),
})

/** The authored runbook, `kind: runbook`. One source for validation, types and the editors' JSON Schema. */
export const authoredRunbook = z.strictObject({
  kind: z.literal('runbook'),
  schemaVersion: z.literal(RUNBOOK_SCHEMA_VERSION),
  id,
  title,
  description: z.string().optional(),
  objectives: z.strictObject({ rto: duration, rpo: duration }),
  parameters: z.record(id, authoredParameter).optional(),
  defaults: z
    .strictObject({ timeout: duration.optional(), retry: retry.optional() })
    .optional()
    .meta({ description: 'For steps that say nothing themselves.' }),
  groups: z.array(group).min(1).optional(),
  steps: z.array(authoredStep).min(1).max(10_000),
  gate: id.meta({ description: 'The step whose success lets traffic in.' }),
  checklist: z.array(z.strictObject({ id, title, steps: z.array(id).min(1) })).optional(),
  protection,
})

/** What an author writes, after the shape has been checked and before anything is resolved. */
export type AuthoredRunbook = z.infer<typeof authoredRunbook>
/** One step as written. */
export type AuthoredStep = z.infer<typeof authoredStep>
/** One parameter as written. */
export type AuthoredParameter = z.infer<typeof authoredParameter>
/** A retry policy as written. */
export type AuthoredRetry = z.infer<typeof retry>
/** An estimate as written: one duration, three points, or a rate over a size. */
export type AuthoredEstimate = NonNullable<AuthoredStep['estimate']>
