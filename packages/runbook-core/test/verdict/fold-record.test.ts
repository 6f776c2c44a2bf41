import { foldRecord, groupInventory, modeText, RecordFold } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { entriesOf, eventsOf, failure, stepEvents } from './sample-run.ts'

test('attempts, waits, errors and durations of a step are those of its events', () => {
  const [start, done] = [stepEvents('fetch')[0]!, stepEvents('fetch').at(-1)!]
  const events = [
    start,
    { type: 'step-failed', step: 'fetch', attempt: 1, error: failure('store-unavailable') },
    { type: 'step-retry-scheduled', step: 'fetch', attempt: 1, delayMs: 250 },
    { ...start, attempt: 2 },
    { ...done, attempt: 2 },
    { type: 'step-skipped', step: 'dns', reason: 'not-exercised', detail: 'no name service here' },
  ] as const
  const { steps } = foldRecord(entriesOf(events as Parameters<typeof entriesOf>[0]))
  expect(steps.get('fetch')).toMatchObject({
    status: 'succeeded',
    attempts: 2,
    waitedMs: 250,
    errors: [{ code: 'store-unavailable' }],
    started: { seq: 1, at: 0 },
    ended: { seq: 5, at: 400 },
    repeated: false,
  })
  expect(steps.get('dns')).toMatchObject({
    status: 'skipped',
    started: null,
    skipped: { reason: 'not-exercised' },
  })
})

test('marks, faults, approvals, obligations and evidence: the first mark, the last evidence, what is still held', () => {
  const obligation = (id: string) =>
    ({ id, kind: 'fence-lift', subject: {}, release: 'keep-until-restored' }) as const
  const record = foldRecord(
    entriesOf([
      { type: 'clock-marked', name: 'failure', at: 5, domain: 'history' },
      { type: 'clock-marked', name: 'failure', at: 6, domain: 'history' },
      { type: 'obligation-taken', step: 'a', obligation: obligation('o1') },
      { type: 'obligation-taken', step: 'a', obligation: obligation('o2') },
      { type: 'obligation-discharged', id: 'o1' },
      { type: 'approval-given', step: 'a', by: 'ada' },
      { type: 'evidence-collected', subject: 'volume', evidence: 1 },
      { type: 'evidence-collected', subject: 'volume', evidence: 2 },
      { type: 'evidence-collected', subject: 'baseline:path:/x', evidence: 3 },
    ]),
  )
  expect(record.marks.failure?.value).toBe(5)
  expect(record.obligations.map((one) => one.obligation.id)).toEqual(['o2'])
  expect(record.approvals).toMatchObject([{ step: 'a', by: 'ada' }])
  expect([...record.evidence]).toEqual([['volume', 2]])
})

test('folding entry by entry gives what folding all at once gives, wherever it is looked at in between', () => {
  const entries = entriesOf(eventsOf())
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(entries.length)), (looks) => {
      const fold = new RecordFold()
      for (const [index, entry] of entries.entries()) {
        if (looks.includes(index)) fold.record()
        fold.add(entry)
      }
      expect(fold.record()).toEqual(foldRecord(entries))
    }),
    { numRuns: 50 },
  )
})

test('a record given out does not change when more is folded', () => {
  const entries = entriesOf(eventsOf())
  const fold = new RecordFold()
  for (const entry of entries.slice(0, 10)) fold.add(entry)
  const early = fold.record()
  const copy = structuredClone(early)
  for (const entry of entries.slice(10)) fold.add(entry)
  expect(early).toEqual(copy)
})

test('an inventory counts equal entries together and loses none', () => {
  const entry = fc.record({
    root: fc.constantFrom('/a', '/b'),
    path: fc.string(),
    type: fc.constantFrom('file', 'directory' as const),
    mode: fc.constantFrom(0o640, 0o750, 0o4755),
    owner: fc.constantFrom('x', 'y'),
    group: fc.constant('g'),
  })
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      const groups = groupInventory(entries)
      expect(groups.reduce((sum, group) => sum + group.count, 0)).toBe(entries.length)
      const ids = groups.map(({ count: _, example: __, ...rest }) => JSON.stringify(rest))
      expect(new Set(ids).size).toBe(ids.length)
    }),
  )
  expect([modeText(0o640), modeText(0o4755), modeText(0)]).toEqual(['0640', '4755', '0000'])
})
