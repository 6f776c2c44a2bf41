import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RUNS } from '../oracle/runs.ts'
import { failure, judge, lostTail, STARTED, WHOLE } from './sample-run.ts'

const told = (judged: ReturnType<typeof judge>) => [
  judged.verdict.kind,
  judged.passed,
  judged.exitCode,
  judged.symbol,
]
const ended = (
  outcome: 'failed' | 'interrupted' | 'paused',
  code: Parameters<typeof failure>[0] = 'check-failed',
) => ({ type: 'run-ended', outcome, firstCause: failure(code) }) as const

describe('from facts to verdict', () => {
  test('all back, all proven: restored', () => {
    expect(told(judge())).toEqual(['restored', true, 0, '✅'])
  })

  test('the tail lost: restored with loss, passed', () => {
    expect(told(judge({ evidence: { oracle: lostTail(1) } }))).toEqual(['restored-with-loss', true, 0, '⚠️'])
  })

  test.each(['altered', 'duplicated', 'unexpected'])('%s above 0: failed', (what) => {
    const oracle = { ...WHOLE, loss: { ...WHOLE.loss, [what]: 1 } }
    expect(told(judge({ evidence: { oracle } }))).toEqual(['failed', false, 1, '❌'])
  })

  test('supplied data without a ledger: restored, loss unknown, warning, archive age judged', () => {
    const judged = judge({
      started: { data: 'supplied', mode: 'drill' },
      evidence: {
        oracle: undefined,
        supplied: { ledger: false, trustKey: false },
        authenticity: undefined,
        'archive-age': {
          newestArchivedAt: '2026-02-11T18:55:00.000Z',
          failureAt: '2026-02-11T19:00:00.000Z',
        },
      },
    })
    expect(told(judged)).toEqual(['restored', true, 0, '⚠️'])
    expect(judged.objectives.rpo).toMatchObject({
      basis: 'archive-age',
      status: 'met',
      recoveryPointAgeMs: 300_000,
      lossWindowMs: null,
      derivedWorstCaseMs: 1_020_000,
    })
    expect(judged.claims.filter((claim) => claim.status === 'unproven').map((claim) => claim.id)).toEqual([
      'loss',
      'authenticity',
      'newest-log',
    ])
  })

  test('evidence that was supplied and not judged: inconclusive', () => {
    expect(told(judge({ evidence: { oracle: undefined } }))).toEqual(['inconclusive', false, 4, '❌'])
    expect(told(judge({ evidence: { authenticity: undefined } }))).toEqual(['inconclusive', false, 4, '❌'])
    expect(told(judge({ evidence: { oracle: { ...WHOLE, complete: false } } }))).toEqual([
      'inconclusive',
      false,
      4,
      '❌',
    ])
  })

  test('a required claim refuted: failed', () => {
    expect(told(judge({ evidence: { authenticity: { verified: 4, failed: 1, unsigned: 0 } } }))).toEqual([
      'failed',
      false,
      1,
      '❌',
    ])
  })

  test('a fault that did not fire: inconclusive; one of two of a kind as well', () => {
    const fault = { kind: 'partial-sync', with: { after: 3 } }
    const fired = { type: 'fault-fired', fault, detail: 'x' } as const
    expect(judge({ started: { faults: [fault] } }).exitCode).toBe(4)
    expect(judge({ started: { faults: [fault] }, extra: [fired] }).exitCode).toBe(0)
    expect(judge({ started: { faults: [fault, fault] }, extra: [fired] }).exitCode).toBe(4)
    // A refusal before it could strike shows nothing of it either.
    const refused = { order: ['choose'], ended: ended('failed', 'log-corrupt'), started: { faults: [fault] } }
    expect(judge(refused)).toMatchObject({ exitCode: 4, verdict: { kind: 'inconclusive' } })
    expect(judge({ ...refused, extra: [fired] })).toMatchObject({ exitCode: 3, verdict: { kind: 'refused' } })
  })

  test('missed objectives do not pass', () => {
    const rto = judge({ started: { objectives: { rtoMs: 1_000, rpoMs: 900_000 } } })
    expect([...told(rto), rto.objectives.rto.status]).toEqual(['restored', false, 1, '❌', 'missed'])
    const rpo = judge({
      started: { objectives: { ...STARTED.objectives, rpoMs: 1_000 } },
      evidence: { oracle: lostTail(2) },
    })
    expect([...told(rpo), rpo.objectives.rpo.status]).toEqual([
      'restored-with-loss',
      false,
      1,
      '❌',
      'missed',
    ])
  })

  test('an archive can miss the RPO of a run that restored nothing, never meet it', () => {
    const archiveAge = (minute: string) => ({
      newestArchivedAt: `2026-02-11T18:${minute}:00.000Z`,
      failureAt: '2026-02-11T19:00:00.000Z',
    })
    const rpo = (minute: string) =>
      judge({
        order: ['choose', 'fetch'],
        ended: ended('failed', 'deadline-passed'),
        evidence: { oracle: undefined, 'archive-age': archiveAge(minute) },
      }).objectives.rpo
    expect([rpo('55').status, rpo('55').recoveryPointAgeMs]).toEqual([null, 300_000])
    expect(rpo('30').status).toBe('missed')
  })

  test('a violated invariant does not pass; one not checked is inconclusive', () => {
    expect(told(judge({ evidence: { 'disk-peak': { peakBytes: 21, boundBytes: 20 } } }))).toEqual([
      'restored',
      false,
      1,
      '❌',
    ])
    expect(told(judge({ evidence: { 'disk-peak': undefined } }))).toEqual(['inconclusive', false, 4, '❌'])
  })

  test('stopped by what it read, nothing placed: refused; with traffic moved or a copy touched: failed', () => {
    const refused = { order: ['choose', 'fetch'], ended: ended('failed', 'log-corrupt') }
    expect(told(judge(refused))).toEqual(['refused', false, 3, '❌'])
    expect(told(judge({ ...refused, order: ['choose', 'expose'] }))).toEqual(['failed', false, 1, '❌'])
    const touched = { before: 2, after: 1, missing: ['x'], changed: [] }
    expect(told(judge({ ...refused, evidence: { 'last-good-copy': touched } }))).toEqual([
      'failed',
      false,
      1,
      '❌',
    ])
  })

  test('an outage before anything was placed is a refusal, after it a failure to resume', () => {
    const outage = ended('failed', 'store-unavailable')
    expect(judge({ order: ['choose'], ended: outage }).exitCode).toBe(3)
    const later = judge({ order: ['choose', 'fetch', 'place'], ended: outage })
    expect([later.verdict.kind, later.exitCode]).toEqual(['failed', 1])
    expect(later.verdict.next).toContain('resume')
  })

  test('other ends have their own codes', () => {
    const codes = (code: Parameters<typeof failure>[0]) =>
      judge({ order: ['choose'], ended: ended('failed', code) }).exitCode
    expect([
      codes('check-failed'),
      codes('internal'),
      codes('deadline-passed'),
      codes('store-denied'),
      codes('input-invalid'),
    ]).toEqual([1, 70, 4, 5, 3])
    expect(told(judge({ order: ['choose'], ended: null }))).toEqual(['interrupted', false, 1, '❌'])
    expect(judge({ order: ['choose'], ended: ended('paused') }).exitCode).toBe(6)
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
      ['SIGHUP', 129],
    ] as const) {
      const extra = [{ type: 'cancel-requested', reason: signal }] as const
      expect(told(judge({ order: ['choose'], extra, ended: ended('interrupted', 'cancelled') }))).toEqual([
        'interrupted',
        false,
        code,
        '❌',
      ])
    }
  })

  test('--expect: passing is ending so and nothing else', () => {
    const refused = { order: ['choose'], ended: ended('failed', 'log-corrupt') }
    expect(judge(refused, { expect: 'refused' }).exitCode).toBe(0)
    expect(judge({}, { expect: 'refused' })).toMatchObject({ exitCode: 1, passed: false, symbol: '❌' })
    expect(
      judge({ order: ['choose'], ended: ended('failed', 'internal') }, { expect: 'failed' }).exitCode,
    ).toBe(70)
  })

  test('a dry run is not judged', () => {
    expect(judge({}, { dryRun: true })).toMatchObject({ passed: null, exitCode: 0, symbol: '⚠️' })
  })
})

describe('honest objectives', () => {
  test('generated data in a sandbox says nothing about four hours', () => {
    const { rto } = judge().objectives
    expect(rto.status).toBe('not-comparable')
    expect(rto.reasons.length).toBe(3)
    expect(rto.notExercised.length).toBe(7)
    expect(judge().invariants[0]).toMatchObject({ id: 'I1', status: 'not-applicable' })
  })

  test('virtual time meets it in the model', () => {
    expect(judge({ started: { environment: 'simulated' } }).objectives.rto).toMatchObject({
      basis: 'virtual',
      status: 'met',
    })
  })

  test('supplied data at full size with every step real: met', () => {
    const started = { data: 'supplied', mode: 'recovery', environment: 'real' } as const
    const volume = { bytes: 1_000, records: 100, fullSize: true }
    const met = judge({ started, exercised: 'real', evidence: { volume } })
    expect(met.objectives.rto).toMatchObject({ status: 'met', basis: 'wall', reasons: [], notExercised: [] })
    expect(met.invariants[0]).toMatchObject({ id: 'I1', status: 'held' })
    const small = judge({ started, exercised: 'real' })
    expect(small.objectives.rto.status).toBe('not-comparable')
    const recorded = judge({ started, exercised: 'recorded', evidence: { volume } })
    expect(recorded.objectives.rto).toMatchObject({
      status: 'not-comparable',
      notExercised: expect.any(Array),
    })
  })

  test('measured from declared to the first client answered', () => {
    const { measuredMs, bytes, bytesPerSecond } = judge().objectives.rto
    expect([measuredMs, bytes, bytesPerSecond]).toEqual([2_000, 1_000_000, 500_000])
  })

  test('not restored and still within the target is not comparable; beyond it, missed', () => {
    const short = judge({ order: ['choose'], ended: ended('failed') })
    expect(short.objectives.rto).toMatchObject({ status: 'not-comparable', measuredMs: null })
    const long = judge({
      started: { objectives: { rtoMs: 1, rpoMs: 1 } },
      order: ['choose'],
      ended: ended('failed'),
    })
    expect(long.objectives.rto.status).toBe('missed')
  })
})

test('whatever the facts: restored and passed only if nothing acknowledged is missing and nothing is wrong', () => {
  const count = fc.constantFrom(0, 0, 0, 1, 5)
  const facts = fc.record({
    lost: count,
    altered: count,
    duplicated: count,
    unexpected: fc.oneof(count, fc.constant(null)),
    tail: fc.boolean(),
    complete: fc.boolean(),
    ledger: fc.boolean(),
  })
  fc.assert(
    fc.property(facts, ({ lost, altered, duplicated, unexpected, tail, complete, ledger }) => {
      const loss = {
        ...WHOLE.loss,
        acknowledged: 100,
        recovered: 100 - lost - altered,
        lost,
        altered,
        duplicated,
        unexpected,
      }
      const oracle = { ...WHOLE, loss, lostIsTail: tail || lost === 0, complete, lossWindowMs: 0 }
      const judged = judge({
        started: { data: 'supplied', mode: 'drill' },
        evidence: ledger
          ? { oracle }
          : {
              oracle: undefined,
              supplied: { ledger: false, trustKey: true },
              'archive-age': {
                newestArchivedAt: '2026-02-11T18:55:00.000Z',
                failureAt: '2026-02-11T19:00:00.000Z',
              },
            },
      })
      const wrong = altered + duplicated + (unexpected ?? 0)
      if (ledger && judged.verdict.kind === 'restored') expect([lost, wrong, complete]).toEqual([0, 0, true])
      if (ledger && judged.verdict.kind === 'restored-with-loss') expect([lost > 0, wrong]).toEqual([true, 0])
      if (ledger && judged.passed) expect([wrong, oracle.lostIsTail, complete]).toEqual([0, true, true])
      if (!ledger) expect(judged.symbol).not.toBe('✅')
      expect(judged.passed).toBe(judged.exitCode === 0)
      expect(judged.symbol === '❌').toBe(!judged.passed)
      expect(judged.invariants.find((one) => one.id === 'I7')?.status).toBe('held')
    }),
    { numRuns: RUNS },
  )
})
