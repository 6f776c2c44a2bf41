import { OperatingError } from '@dr-drill/runbook-core'
import { z } from 'zod'

/** Version of the messages between runner and agent. Both come from one release, so both sides ask for equality. */
export const PROTOCOL_VERSION = 1

const text = z.string()
const count = z.int().min(0)
const json = z.json()
const hex64 = z.string().regex(/^[0-9a-f]{64}$/)

/** Who speaks: protocol, release, program and the kinds of action that it knows. First message of either side. */
export const HELLO = z.object({
  kind: z.literal('agent-hello'),
  schemaVersion: z.int().positive(),
  protocol: z.int(),
  version: text,
  /** SHA-256 of the agent's program file. */
  digest: hex64,
  /** SHA-256 of the action kinds and what each declares. */
  actionsDigest: hex64,
})
/** What a side says of itself; see `HELLO`. */
export type Hello = z.infer<typeof HELLO>

/** Takes the spool of a run. `acknowledged`: by spool, up to where the journal has its events, durably. */
export const ATTACH = z.object({
  runId: text,
  spoolDirectory: z.string().startsWith('/'),
  acknowledged: z.record(text, count),
})

/** The spool: its id, and the number of the last event that the runner need not see again. */
export const ATTACHED = z.object({ spool: text, after: count })

/** Makes the ports; `host` is a `HostDescription`, checked where it is used. */
export const OPEN = z.object({
  host: z.looseObject({ kind: text }),
  dryRun: z.boolean(),
  /** How far actions touch the real thing there, but for recorded ports. */
  exercised: z.enum(['real', 'sandbox']),
  drillStartMs: z.number().min(0),
  /** True: an effect waits until the runner's journal has its intent, too. */
  waitsForJournal: z.boolean(),
})

/** What the machine can do. */
export const OPENED = z.object({
  capabilities: z.array(text),
  recorders: z.array(text),
  ports: z.array(text),
})

/** An action to perform; see `Invocation` of the core. */
export const PERFORM = z.object({
  runId: text,
  step: text,
  kind: text,
  input: json,
  attempt: z.int().min(1),
  key: text,
  effectsBefore: count,
  approvedBy: text.nullable(),
  baselined: z.array(text),
})

/** What came of an action. */
export const PERFORMED = z.object({
  output: json,
  exercised: z.enum(['real', 'sandbox', 'recorded', 'no']),
  skipped: text.optional(),
})

/** An action to undo. */
export const UNDO = z.object({
  runId: text,
  step: text,
  kind: text,
  input: json,
  output: json,
  key: text,
  effectsBefore: count,
})

const held = z.object({
  step: text,
  obligation: z.object({
    id: text,
    kind: text,
    subject: z.record(text, z.union([z.string(), z.number(), z.boolean(), z.null()])),
    release: z.enum(['on-interrupt', 'keep-until-restored']),
  }),
  effectsBefore: count,
})

/** Obligations to give back, oldest first. */
export const RELEASE = z.object({ runId: text, obligations: z.array(held) })

/** Those that could not be given back. */
export const RELEASED = z.array(z.object({ id: text, error: z.unknown() }))

/** What a journal explains; see `SurveyRequest`. */
export const SURVEY = z.object({
  baselines: z.array(z.object({ subject: text, evidence: json })),
  touched: z.array(text),
  acting: z.array(z.object({ kind: text, input: json })),
  started: z.array(text),
  writable: z.array(text),
})

/** What a survey found. */
export const SURVEYED = z.object({
  unexplained: z.array(text),
  unchecked: z.array(text),
  volatileKinds: z.array(text),
  fetchingKinds: z.array(text),
})

/** One reading call of a port. */
export const CALL = z.object({ port: text, method: text, input: z.unknown() })

/** What a target can tell of itself. */
export const FACTS = z.object({
  diskPeakBytes: count,
  requests: z.record(text, z.object({ get: count, head: count, list: count, other: count })),
})

/** Events in their order; `first` is the number of the first. `durable`: the agent has fsynced them, so must the journal. */
export const EVENTS = z.object({
  first: z.int().min(1),
  durable: z.boolean(),
  events: z.array(z.looseObject({ type: text })).min(1),
})

/** The journal has all events up to this number, durably. */
export const ACKNOWLEDGE = z.object({ seq: count })

/** An entry of the agent's log. */
export const LOG = z.object({
  level: z.enum(['debug', 'info', 'warn', 'error']),
  message: text,
  fields: z.record(text, z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
})

/** A message's content, checked. What was wrong is told by place only. @throws agent-invalid */
export function checked<S extends z.ZodType>(schema: S, value: unknown, what: string): z.infer<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const where = [what, ...(issue?.path ?? [])].join('.')
  throw new OperatingError('agent-invalid', `${where}: ${issue?.code ?? 'malformed'}`, { subject: what })
}
