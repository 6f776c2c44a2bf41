import {
  ActionRegistry,
  type AnyAction,
  type DeclaredEffects,
  defineAction,
  foldRecord,
  type JournalEntry,
  type Json,
  type JudgedRun,
  type JudgeRunInput,
  judgeRun,
  type OracleEvidence,
  type QualifiedRunbook,
  type RunEvent,
  type Trait,
} from '@dr-drill/runbook-core'
import { z } from 'zod'

const NOTHING: DeclaredEffects = { reads: [], writes: [], destroys: [], exposes: [] }

function action(kind: string, traits: readonly Trait[], effects: Partial<DeclaredEffects> = {}): AnyAction {
  return defineAction({
    kind,
    summary: kind,
    input: z.looseObject({}),
    output: z.any(),
    effects: () => ({ ...NOTHING, ...effects }),
    capabilities: { required: [], optional: [] },
    ports: [],
    traits,
    estimate: () => ({ bestMs: 1, likelyMs: 1, worstMs: 1 }),
    *run() {
      return null
    },
  })
}

const ACTIONS: readonly AnyAction[] = [
  action('choose', ['selects']),
  action('fetch', ['fetches']),
  action('place', ['places'], { writes: ['path:/data'] }),
  action('protect', ['protects', 'volatile']),
  action('gate', ['gate']),
  action('expose', ['exposes'], { exposes: ['traffic:pool'] }),
  action('ask', ['answers-clients']),
  action('anything', ['runs-commands'], { writes: ['unknown:anything'] }),
]
export const actions = new ActionRegistry(ACTIONS)

const KINDS = ['choose', 'fetch', 'place', 'protect', 'gate', 'expose', 'ask'] as const

/** A restore in seven steps, one group each, named after the kinds of their actions. */
export const runbook: QualifiedRunbook = {
  id: 'sample',
  title: 'Sample restore',
  file: null,
  objectives: { rtoMs: 14_400_000, rpoMs: 900_000 },
  parameters: [],
  groups: KINDS.map((id) => ({ id, title: `Part ${id}`, budgetMs: 60_000 })),
  steps: KINDS.map((id, index) => ({
    id,
    title: `Do ${id}`,
    group: id,
    needs: index === 0 ? [] : [KINDS[index - 1]!],
    action: { kind: id, with: { kind: 'object', entries: [] } },
    when: null,
    retry: { attemptsMax: 1, delayMs: 0, delayMsMax: 0 },
    timeoutMs: 60_000,
    estimate: { kind: 'action' },
    verify: [],
    undo: 'never',
    capture: [],
    line: null,
  })),
  gate: 'gate',
  checklist: [
    { id: 'data', title: 'Data is in place', steps: ['fetch', 'place'] },
    { id: 'traffic', title: 'Clients come', steps: ['expose'] },
  ],
  protection: {
    backupIntervalMs: 21_600_000,
    archiveIntervalMs: 900_000,
    archiveAccuracyMs: 60_000,
    archiveDurationMs: 60_000,
    rotatesEachCycle: true,
  },
  digest: 'd'.repeat(64),
}

export const STARTED: Extract<RunEvent, { type: 'run-started' }> = {
  type: 'run-started',
  runId: 'run-1',
  runbook: { id: 'sample', title: 'Sample restore', digest: 'd'.repeat(64) },
  tool: { version: '0.1.0', digest: 't' },
  actionsDigest: 'a',
  mode: 'rehearsal',
  data: 'generated',
  environment: 'sandbox',
  target: 'local',
  capabilities: [],
  seed: 1,
  params: {},
  objectives: { rtoMs: 14_400_000, rpoMs: 900_000 },
  scenario: null,
  faults: [],
  startedAtWall: '2026-02-11T20:00:00.000Z',
}

/** The oracle's word when everything came back. */
export const WHOLE: OracleEvidence = {
  loss: {
    unit: 'record',
    acknowledged: 100,
    recovered: 100,
    lost: 0,
    altered: 0,
    duplicated: 0,
    unexpected: 0,
  },
  coverage: 'complete',
  complete: true,
  lostIsTail: true,
  failureAt: '2026-02-11T19:00:00.000Z',
  recoveryPointAt: '2026-02-11T18:59:00.000Z',
  newestAcknowledgedAt: '2026-02-11T18:59:00.000Z',
  oldestMissing: null,
  firstLost: null,
  lastReturned: { key: 'k99', position: '99', at: '2026-02-11T18:59:00.000Z' },
  submittedOnlyReturned: 0,
  submittedOnlyAbsent: 0,
  lossWindowMs: 0,
  recoveryPointAgeMs: 60_000,
  examples: { lost: [], altered: [], duplicated: [], unexpected: [] },
}

/** The oracle's word when `lost` of the newest did not come back. */
export function lostTail(lost: number): OracleEvidence {
  const point = { key: 'k', position: String(100 - lost), at: '2026-02-11T18:55:00.000Z' }
  return {
    ...WHOLE,
    loss: { ...WHOLE.loss, recovered: 100 - lost, lost },
    oldestMissing: point,
    firstLost: point,
    lossWindowMs: 300_000,
  }
}

/** Evidence of a run in which all is well, by subject. */
export const EVIDENCE_OF_GOOD: Readonly<Record<string, unknown>> = {
  oracle: WHOLE,
  'restored-range': {
    expectedRecords: 100,
    restoredRecords: 100,
    firstPosition: '0',
    lastPosition: '99',
    gaps: 0,
    histories: 1,
  },
  authenticity: { verified: 5, failed: 0, unsigned: 0 },
  'source-requests': { get: 9, head: 2, list: 3, other: 0, refusedWrites: 0 },
  'last-good-copy': { before: 12, after: 12, missing: [], changed: [] },
  inventory: {
    rules: [{ root: '/data', directoryMode: '0750', fileMode: '0640', owner: 'db', group: 'db' }],
    groups: [
      { root: '/data', type: 'file', mode: '0640', owner: 'db', group: 'db', count: 7, example: '/data/a' },
      {
        root: '/data',
        type: 'directory',
        mode: '0750',
        owner: 'db',
        group: 'db',
        count: 1,
        example: '/data',
      },
    ],
  },
  'disk-peak': { peakBytes: 10, boundBytes: 20 },
  'archive-objects': { backups: 1, segments: 2 },
  volume: { bytes: 1_000_000, records: 100, fullSize: false },
}

const CHOICE = {
  name: 'backup-b',
  usable: [{ name: 'backup-b' }, { name: 'backup-a' }],
  refused: [{ name: 'backup-c', reason: 'incomplete', detail: 'no manifest' }],
}

/** Events of a step that ran once and succeeded. */
export function stepEvents(
  step: string,
  options: { exercised?: 'real' | 'sandbox' | 'recorded'; key?: string } = {},
): RunEvent[] {
  const write = (port: string, method: string): RunEvent[] => [
    { type: 'effect-intended', step, ordinal: 1, port, method, access: 'write', input: {}, key: 'k' },
    { type: 'effect-ended', step, ordinal: 1, outcome: 'done' },
  ]
  return [
    { type: 'step-started', step, attempt: 1, input: {}, inputDigest: 'i', key: options.key ?? 'k' },
    ...(step === 'expose'
      ? write('Traffic', 'route')
      : step === 'place'
        ? write('FileSystem', 'rename')
        : []),
    {
      type: 'step-succeeded',
      step,
      attempt: 1,
      output: step === 'choose' ? CHOICE : null,
      captures: {},
      exercised: options.exercised ?? 'sandbox',
    },
    ...(step === 'gate'
      ? [{ type: 'clock-marked', name: 'gate-passed', at: 1_000, domain: 'drill' } as const]
      : []),
  ]
}

/** How a run differs from the good one. */
export interface Difference {
  readonly started?: Partial<typeof STARTED>
  /** How far every step touched the real thing; sandbox unless said. */
  readonly exercised?: 'real' | 'sandbox' | 'recorded'
  /** Steps in the order in which they ran. */
  readonly order?: readonly string[]
  readonly evidence?: Readonly<Record<string, unknown>>
  /** Events after the steps, before the evidence. */
  readonly extra?: readonly RunEvent[]
  /** Null: the run never ended. */
  readonly ended?: Extract<RunEvent, { type: 'run-ended' }> | null
}

/** Events of the good run with a difference. Evidence set to undefined is left out. */
export function eventsOf(difference: Difference = {}): RunEvent[] {
  const evidence = Object.entries({ ...EVIDENCE_OF_GOOD, ...difference.evidence }).filter(
    ([, value]) => value !== undefined,
  )
  const ended =
    difference.ended === undefined
      ? ({ type: 'run-ended', outcome: 'completed', firstCause: null } as const)
      : difference.ended
  return [
    { ...STARTED, ...difference.started },
    { type: 'clock-marked', name: 'declared', at: 0, domain: 'drill' },
    ...(difference.order ?? KINDS).flatMap((step) =>
      stepEvents(step, difference.exercised === undefined ? {} : { exercised: difference.exercised }),
    ),
    ...(difference.extra ?? []),
    ...evidence.map(
      ([subject, value]) => ({ type: 'evidence-collected', subject, evidence: value as Json }) as const,
    ),
    ...(ended === null ? [] : [ended]),
  ]
}

/** Entries of events, 100 ms apart. */
export const entriesOf = (events: readonly RunEvent[]): Pick<JournalEntry, 'seq' | 'at' | 'event'>[] =>
  events.map((event, index) => ({ seq: index + 1, at: index * 100, event }))

/** Judges events. */
export function judgeEvents(events: readonly RunEvent[], options: Partial<JudgeRunInput> = {}): JudgedRun {
  const record = foldRecord(entriesOf(events))
  return judgeRun({ record, runbook, actions, plan: null, expect: null, dryRun: false, ...options })
}

/** Judges the good run with a difference. */
export const judge = (difference: Difference = {}, options: Partial<JudgeRunInput> = {}): JudgedRun =>
  judgeEvents(eventsOf(difference), options)

/** The runbook with one more step before the gate that may do anything. */
export const opaqueRunbook: QualifiedRunbook = {
  ...runbook,
  steps: [
    ...runbook.steps,
    {
      ...runbook.steps[0]!,
      id: 'anything',
      action: { kind: 'anything', with: { kind: 'object', entries: [] } },
    },
  ],
}

export const failure = (
  code:
    | 'store-unavailable'
    | 'log-corrupt'
    | 'check-failed'
    | 'internal'
    | 'deadline-passed'
    | 'cancelled'
    | 'input-invalid'
    | 'store-denied',
) => ({
  code,
  message: `it was ${code}`,
  subject: null,
  hint: 'do this next',
  retryable: false,
  cause: null,
  origin: null,
})
