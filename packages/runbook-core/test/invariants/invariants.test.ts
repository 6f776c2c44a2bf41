import {
  foldRecord,
  INVARIANTS,
  type InvariantId,
  type JudgedRun,
  judgeRun,
  OperatingError,
  type RunEvent,
} from '@dr-drill/runbook-core'
import { describe, expect, test } from 'vitest'
import {
  actions,
  type Difference,
  EVIDENCE_OF_GOOD,
  entriesOf,
  eventsOf,
  failure,
  judge,
  judgeEvents,
  lostTail,
  opaqueRunbook,
  runbook,
  stepEvents,
  WHOLE,
} from '../verdict/sample-run.ts'

const statusIn = (judged: JudgedRun, id: InvariantId) =>
  judged.invariants.find((one) => one.id === id)?.status
const status = (id: InvariantId, difference: Difference = {}) => statusIn(judge(difference), id)

/** The good run with another step that may do anything. */
const opaque = (id: InvariantId) =>
  statusIn(
    judgeEvents(eventsOf({ order: ['anything', ...runbook.steps.map((step) => step.id)] }), {
      runbook: opaqueRunbook,
    }),
    id,
  )

const resumed = (after: readonly RunEvent[]): RunEvent[] => {
  const good = eventsOf()
  const split = good.findIndex((event) => event.type === 'step-started' && event.step === 'place')
  const died = stepEvents('place').slice(0, 2)
  return [
    ...good.slice(0, split),
    ...died,
    { type: 'run-resumed', gapMs: 500, dropped: 'nothing' },
    ...after,
    ...good.slice(split),
  ]
}

test('there are sixteen, in order, each with the name that the design gives it', () => {
  expect(INVARIANTS.map((one) => one.id)).toEqual(Array.from({ length: 16 }, (_, index) => `I${index + 1}`))
  expect(new Set(INVARIANTS.map((one) => one.name)).size).toBe(16)
})

test('the good run violates none and leaves none unchecked', () => {
  const statuses = judge().invariants.map((one) => [one.id, one.status])
  expect(statuses).toEqual(
    INVARIANTS.map(({ id }) => [
      id,
      ['I1', 'I3', 'I4', 'I10', 'I13'].includes(id) ? 'not-applicable' : 'held',
    ]),
  )
})

/** Evidence without which an invariant cannot be judged. */
const NEEDS: Readonly<Partial<Record<InvariantId, string>>> = {
  I2: 'oracle',
  I6: 'last-good-copy',
  I9: 'archive-objects',
  I11: 'source-requests',
  I12: 'inventory',
  I16: 'disk-peak',
}
test.each(Object.entries(NEEDS) as [InvariantId, string][])(
  '%s without the evidence "%s", or with one that cannot be read, is not checked',
  (id, subject) => {
    expect(EVIDENCE_OF_GOOD[subject]).toBeDefined()
    expect(status(id, { evidence: { [subject]: undefined } })).toBe('not-checked')
    expect(status(id, { evidence: { [subject]: { nonsense: true } } })).toBe('not-checked')
  },
)

describe('canaries: each is caught when it is violated', () => {
  test('I1: restored after the target', () => {
    expect(status('I1', { started: { objectives: { rtoMs: 1, rpoMs: 900_000 } } })).toBe('violated')
  })

  test('I2: more lost than the timers allow, by ledger and by archive age', () => {
    expect(status('I2', { evidence: { oracle: { ...lostTail(5), lossWindowMs: 1_020_000 } } })).toBe('held')
    expect(status('I2', { evidence: { oracle: { ...lostTail(5), lossWindowMs: 1_020_001 } } })).toBe(
      'violated',
    )
    const age = { newestArchivedAt: '2026-02-11T18:00:00Z', failureAt: '2026-02-11T19:00:00Z' }
    expect(status('I2', { evidence: { oracle: undefined, 'archive-age': age } })).toBe('violated')
    const unbounded = { ...runbook, protection: { ...runbook.protection, rotatesEachCycle: false } }
    expect(statusIn(judge({}, { runbook: unbounded }), 'I2')).toBe('not-applicable')
  })

  test('I3 and I4: records beyond the target, records before it missing', () => {
    const target = (returnedAfter: number, missingBefore: number) => ({
      evidence: { 'target-time': { targetAt: '2026-02-11T14:30:00Z', returnedAfter, missingBefore } },
    })
    expect([status('I3', target(0, 0)), status('I4', target(0, 0))]).toEqual(['held', 'held'])
    expect([status('I3', target(1, 0)), status('I4', target(1, 0))]).toEqual(['violated', 'held'])
    expect([status('I3', target(0, 1)), status('I4', target(0, 1))]).toEqual(['held', 'violated'])
    expect(status('I3', { evidence: { 'target-time': 1 } })).toBe('not-checked')
  })

  test('I5: a hole by the ledger, and by the restored range alone', () => {
    expect(status('I5', { evidence: { oracle: { ...lostTail(2), lostIsTail: false } } })).toBe('violated')
    const range = { ...(EVIDENCE_OF_GOOD['restored-range'] as object), gaps: 1 }
    expect(status('I5', { evidence: { oracle: undefined, 'restored-range': range } })).toBe('violated')
    expect(status('I5', { evidence: { oracle: undefined } })).toBe('held')
    expect(status('I5', { evidence: { oracle: undefined, 'restored-range': undefined } })).toBe('not-checked')
    expect(status('I5', { evidence: { oracle: 'nonsense' } })).toBe('not-checked')
  })

  test('I6: a copy missing, changed, or the source written to', () => {
    const copies = EVIDENCE_OF_GOOD['last-good-copy'] as object
    expect(status('I6', { evidence: { 'last-good-copy': { ...copies, missing: ['a'] } } })).toBe('violated')
    expect(status('I6', { evidence: { 'last-good-copy': { ...copies, changed: ['a'] } } })).toBe('violated')
    const put = {
      type: 'effect-intended',
      step: 'fetch',
      ordinal: 9,
      port: 'ObjectStore',
      method: 'put',
      access: 'write',
      key: 'k',
    } as const
    const done = { type: 'effect-ended', step: 'fetch', ordinal: 9, outcome: 'done' } as const
    expect(status('I6', { extra: [{ ...put, input: { store: 'source' } }, done] })).toBe('violated')
    expect(status('I6', { extra: [{ ...put, input: { store: 'archive' } }, done] })).toBe('held')
  })

  test('I7: a verdict that the evidence contradicts', () => {
    const i7 = INVARIANTS.find((one) => one.id === 'I7')
    const contextOf = (difference: Difference) => {
      const judged = judge(difference)
      return { ...judged, kind: judged.verdict.kind }
    }
    const good = contextOf({})
    expect(i7?.check(good).status).toBe('held')
    const lossy = contextOf({ evidence: { oracle: lostTail(3) } })
    expect(i7?.check(lossy).status).toBe('held')
    expect(i7?.check({ ...lossy, kind: 'restored' }).status).toBe('violated')
    expect(i7?.check({ ...good, kind: 'restored-with-loss' }).status).toBe('violated')
    const altered = contextOf({ evidence: { oracle: { ...WHOLE, loss: { ...WHOLE.loss, altered: 1 } } } })
    expect(i7?.check({ ...altered, kind: 'restored' }).status).toBe('violated')
    const unproven = contextOf({ evidence: { 'restored-range': undefined } })
    expect(i7?.check({ ...unproven, kind: 'restored' }).status).toBe('violated')
    const claims = unproven.claims.map((claim) => ({ ...claim, status: 'proven' as const }))
    expect(i7?.check({ ...unproven, kind: 'restored', claims }).status).toBe('violated')
  })

  test('I8: traffic before the gate, by step or by call', () => {
    expect(status('I8', { order: ['choose', 'fetch', 'place', 'protect', 'expose', 'gate', 'ask'] })).toBe(
      'violated',
    )
    expect(status('I8', { order: ['choose', 'expose'] })).toBe('violated')
    const call = {
      type: 'effect-intended',
      step: 'fetch',
      ordinal: 1,
      port: 'Dns',
      method: 'update',
      access: 'write',
      input: {},
      key: 'k',
    } as const
    const events = eventsOf()
    expect(statusIn(judgeEvents([...events.slice(0, 3), call, ...events.slice(3)]), 'I8')).toBe('violated')
    expect(status('I8', { order: ['choose', 'fetch'] })).toBe('held')
  })

  test('I9: traffic before protection, or protection that left no backup', () => {
    expect(status('I9', { order: ['choose', 'fetch', 'place', 'gate', 'expose', 'protect', 'ask'] })).toBe(
      'violated',
    )
    expect(status('I9', { order: ['choose', 'fetch', 'place', 'gate', 'expose', 'ask'] })).toBe('violated')
    expect(status('I9', { order: ['choose', 'fetch', 'place', 'gate'] })).toBe('violated')
    expect(status('I9', { evidence: { 'archive-objects': { backups: 0, segments: 4 } } })).toBe('violated')
  })

  test('I9 asks for the first protection: one that a resumed run makes again after traffic is no violation', () => {
    const again = [
      { type: 'run-resumed', gapMs: 1, dropped: 'nothing' },
      { type: 'step-undone', step: 'protect' },
      ...stepEvents('protect'),
    ] as const
    expect(status('I9', { extra: again })).toBe('held')
    expect(judge({ extra: again }).objectives.rto.measuredMs).toBe(judge().objectives.rto.measuredMs)
  })

  test('I10: after a resume something is done twice, under another key, or never ends', () => {
    const of = (after: readonly RunEvent[]) => statusIn(judgeEvents(resumed(after)), 'I10')
    expect(of([])).toBe('held')
    expect(of(stepEvents('fetch'))).toBe('violated')
    expect(of(stepEvents('place', { key: 'other' }).slice(0, 1))).toBe('violated')
    expect(of([{ type: 'step-undone', step: 'fetch' }, ...stepEvents('fetch')])).toBe('held')
    expect(
      of([{ type: 'step-started', step: 'notify', attempt: 1, input: {}, inputDigest: 'i', key: 'k' }]),
    ).toBe('violated')
  })

  test('I11: another request than reading, or the real world touched', () => {
    const requests = EVIDENCE_OF_GOOD['source-requests'] as object
    expect(status('I11', { evidence: { 'source-requests': { ...requests, other: 1 } } })).toBe('violated')
    expect(status('I11', { evidence: { 'source-requests': { ...requests, refusedWrites: 1 } } })).toBe(
      'violated',
    )
    expect(status('I11', { exercised: 'real' })).toBe('violated')
    expect(status('I11', { exercised: 'recorded' })).toBe('held')
    expect(status('I11', { exercised: 'real', started: { mode: 'recovery' } })).toBe('not-applicable')
  })

  test('I12: another mode, owner, group or type than the runbook gives', () => {
    const { rules, groups } = EVIDENCE_OF_GOOD.inventory as { rules: object[]; groups: object[] }
    const changed = (fields: object) => ({
      evidence: { inventory: { rules, groups: [groups[1], { ...groups[0], ...fields }] } },
    })
    for (const fields of [
      { mode: '0755' },
      { mode: '0600' },
      { owner: 'root' },
      { group: 'root' },
      { type: 'symlink' },
      { root: '/other' },
    ]) {
      expect(status('I12', changed(fields))).toBe('violated')
    }
    const anyOwner = rules.map((rule) => ({ ...rule, owner: null, group: null }))
    expect(status('I12', { evidence: { inventory: { rules: anyOwner, groups } } })).toBe('held')
    expect(status('I12', { evidence: { inventory: { rules, groups: [] } } })).toBe('not-checked')
  })

  test('I13: cut-off records come back', () => {
    expect(status('I13', { evidence: { tombstones: { fenced: 9, returned: 0 } } })).toBe('held')
    expect(status('I13', { evidence: { tombstones: { fenced: 9, returned: 1 } } })).toBe('violated')
  })

  test('I14: a candidate without a reason, two taken, none taken though data was placed', () => {
    const one = { candidate: 'a', chosen: true, reason: 'newest' }
    const two = { candidate: 'b', chosen: false, reason: 'incomplete' }
    expect(status('I14', { evidence: { selection: [one, two] } })).toBe('held')
    expect(status('I14', { evidence: { selection: [one, { ...two, reason: ' ' }] } })).toBe('violated')
    expect(status('I14', { evidence: { selection: [one, { ...two, chosen: true }] } })).toBe('violated')
    expect(status('I14', { evidence: { selection: [two] } })).toBe('violated')
    expect(status('I14', { evidence: { selection: 'nonsense' } })).toBe('not-checked')
  })

  test('I15: an entry, an intent or an end is missing', () => {
    const events = eventsOf()
    const entries = entriesOf(events)
    const judgeEntries = (some: typeof entries) =>
      statusIn(
        judgeRun({ record: foldRecord(some), runbook, actions, plan: null, expect: null, dryRun: false }),
        'I15',
      )
    expect(judgeEntries(entries.filter((entry) => entry.seq !== 5))).toBe('violated')
    const without = (type: string) =>
      entriesOf(
        events.filter((event) => event.type !== type || !('step' in event) || event.step !== 'expose'),
      )
    expect(judgeEntries(without('effect-ended'))).toBe('violated')
    expect(judgeEntries(without('effect-intended'))).toBe('violated')
    expect(judgeEntries(without('step-succeeded'))).toBe('violated')
    expect(statusIn(judgeEvents(resumed([])), 'I15')).toBe('held')
  })

  test('I15: an effect without an end is explained by the death of who performed it, and by no other failure', () => {
    const failing = (code: 'agent-lost' | 'timed-out') =>
      eventsOf().flatMap((event): RunEvent[] => {
        if (!('step' in event) || event.step !== 'expose') return [event]
        if (event.type === 'effect-ended') return []
        if (event.type !== 'step-succeeded') return [event]
        const error = new OperatingError(code, 'of an earlier attempt').toRecord()
        return [{ type: 'step-failed', step: 'expose', attempt: 1, error }, event]
      })
    expect(statusIn(judgeEvents(failing('agent-lost')), 'I15')).toBe('held')
    expect(statusIn(judgeEvents(failing('timed-out')), 'I15')).toBe('violated')
  })

  test('I16: more on the disk than planned, or no plan to compare with', () => {
    expect(status('I16', { evidence: { 'disk-peak': { peakBytes: 20, boundBytes: 20 } } })).toBe('held')
    expect(status('I16', { evidence: { 'disk-peak': { peakBytes: 21, boundBytes: 20 } } })).toBe('violated')
    expect(status('I16', { evidence: { 'disk-peak': { peakBytes: 21, boundBytes: null } } })).toBe(
      'not-checked',
    )
  })
})

test('a step of which nobody can say what it does leaves I6, I11 and I12 unchecked, never held', () => {
  expect([opaque('I6'), opaque('I11'), opaque('I12')]).toEqual(['not-checked', 'not-checked', 'not-checked'])
})

test('a run that restored nothing is not asked about restored data', () => {
  const refused: Difference = {
    order: ['choose', 'fetch'],
    evidence: Object.fromEntries(Object.keys(EVIDENCE_OF_GOOD).map((subject) => [subject, undefined])),
    ended: { type: 'run-ended', outcome: 'failed', firstCause: failure('log-corrupt') },
  }
  for (const id of ['I1', 'I2', 'I5', 'I7', 'I12', 'I16'] as const)
    expect(status(id, refused)).toBe('not-applicable')
  for (const id of ['I8', 'I9', 'I14', 'I15'] as const) expect(status(id, refused)).toBe('held')
})
