import { endLine, judgeFiles, ledgerHeaderLine, type OperatingError } from '@dr-drill/runbook-core'
import { describe, expect, test } from 'vitest'
import { filesOf, type History } from './histories.ts'
import { MemoryFiles } from './memory-files.ts'

const subject: History = {
  ledger: Array.from({ length: 12 }, (_, index) => ({
    op: 'acknowledged' as const,
    key: `k${index}`,
    position: String(index),
    at: 1_000_000 + index * 1_000,
    digest: `d${index}`,
  })),
  readback: Array.from({ length: 12 }, (_, index) => ({ key: `k${index}`, digest: `d${index}` })),
}

function judge(ledger: string, readback: string, failureAt: number | null = null) {
  const files = new MemoryFiles()
  files.put('/ledger', ledger)
  files.put('/readback', readback)
  return files.run(judgeFiles({ ledger: '/ledger', readback: '/readback', workPath: '/w', failureAt }))
}

const judgeHistory = (history: History, options: Parameters<typeof filesOf>[1] = {}) => {
  const texts = filesOf(history, options)
  return judge(texts.ledger, texts.readback)
}

function refused(ledger: string, readback: string): Partial<OperatingError> {
  try {
    judge(ledger, readback)
  } catch (error) {
    const { code, subject: where } = error as OperatingError
    return { code, subject: where }
  }
  return {}
}

describe('judging two files', () => {
  test('all back: restored, 0', () => {
    const { judgement, exitCode } = judgeHistory(subject, { failureAt: 1_012_000 })
    expect(exitCode).toBe(0)
    expect(judgement).toMatchObject({
      kind: 'judgement',
      schemaVersion: 1,
      passed: true,
      verdict: { kind: 'restored' },
      loss: {
        unit: 'record',
        acknowledged: 12,
        recovered: 12,
        lost: 0,
        altered: 0,
        duplicated: 0,
        unexpected: 0,
      },
      rpo: { recoveryPointAt: '1970-01-01T00:16:51.000Z', recoveryPointAgeMs: 1_000, lossWindowMs: 0 },
    })
  })

  test('the tail lost: restored with loss, 0, the window from the oldest lost acknowledgement', () => {
    const tailLost = { ...subject, readback: subject.readback.slice(0, 9) }
    const { judgement, exitCode } = judgeHistory(tailLost, { failureAt: 1_012_000 })
    expect(exitCode).toBe(0)
    expect(judgement.verdict.kind).toBe('restored-with-loss')
    expect(judgement.rpo).toMatchObject({ lossWindowMs: 3_000, recoveryPointAgeMs: 4_000 })
  })

  test('a hole: 1, although records after it came back', () => {
    const hole = { ...subject, readback: subject.readback.filter((_, index) => index !== 4) }
    const { judgement, exitCode } = judgeHistory(hole)
    expect(exitCode).toBe(1)
    expect(judgement).toMatchObject({ passed: false, loss: { lost: 1 }, oracle: { lostIsTail: false } })
  })

  test('altered, duplicated or unexpected: failed, 1', () => {
    const damages: History['readback'][] = [
      subject.readback.map((one, index) => (index === 3 ? { ...one, digest: 'x' } : one)),
      [...subject.readback, subject.readback[0]!],
      [...subject.readback, { key: 'stranger', digest: 'x' }],
    ]
    for (const readback of damages) {
      const { judgement, exitCode } = judgeHistory({ ...subject, readback })
      expect([exitCode, judgement.passed, judgement.verdict.kind]).toEqual([1, false, 'failed'])
    }
  })

  test('a sample, a file cut short, and one with fewer records than its end line says: inconclusive, 4', () => {
    const texts = filesOf(subject)
    const outcomes = [
      judgeHistory(subject, { coverage: 'sample' }),
      judge(texts.ledger, `${texts.readback}{"key":"k12","dig`),
      judge(texts.ledger.slice(0, -5), texts.readback),
      judge(texts.ledger, texts.readback + endLine(13)),
    ]
    for (const { judgement, exitCode } of outcomes) {
      expect([exitCode, judgement.passed, judgement.verdict.kind]).toEqual([4, false, 'inconclusive'])
    }
    expect(outcomes[0]?.judgement.loss.unexpected).toBeNull()
    expect(judge(texts.ledger + endLine(12), texts.readback + endLine(12)).exitCode).toBe(0)
  })

  test('failureAt given overrides the ledger; without either, windows are unknown, never 0', () => {
    const tailLost = filesOf({ ...subject, readback: subject.readback.slice(0, 11) }, { failureAt: null })
    expect(judge(tailLost.ledger, tailLost.readback).judgement.rpo).toMatchObject({
      lossWindowMs: null,
      recoveryPointAgeMs: null,
      recoveryPointAt: '1970-01-01T00:16:50.000Z',
    })
    expect(judge(tailLost.ledger, tailLost.readback, 1_020_000).judgement.rpo.lossWindowMs).toBe(9_000)
  })
})

describe('hostile files', () => {
  const good = filesOf(subject)
  const header = good.ledger.split('\n')[0]!
  const ack = (fields: object) =>
    `${header}\n${JSON.stringify({ op: 'acknowledged', key: 'k', position: '1', at: '2026-02-11T18:00:00Z', digest: 'd', ...fields })}\n`

  test.each([
    ['empty', '', 'input-invalid', '/ledger:1'],
    ['no JSON', 'ledger\n', 'input-invalid', '/ledger:1'],
    ['another kind', '{"kind":"readback","schemaVersion":1,"order":"none"}\n', 'input-invalid', '/ledger:1'],
    ['a newer version', '{"kind":"ledger","schemaVersion":2}\n', 'input-too-new', '/ledger:1'],
    [
      'header without unit',
      '{"kind":"ledger","schemaVersion":1,"coverage":"complete","order":"none"}\n',
      'input-invalid',
      '/ledger:1',
    ],
    ['an array', `${header}\n[1]\n`, 'input-invalid', '/ledger:2'],
    ['an unknown op', `${header}\n{"op":"deleted","key":"k"}\n`, 'input-invalid', '/ledger:2'],
    ['a blank line', `${header}\n\n`, 'input-invalid', '/ledger:2'],
    ['a day that does not exist', ack({ at: '2026-02-30T00:00:00Z' }), 'input-invalid', '/ledger:2'],
    ['another time zone', ack({ at: '2026-02-11T18:00:00+01:00' }), 'input-invalid', '/ledger:2'],
    ['an empty key', ack({ key: '' }), 'input-invalid', '/ledger:2'],
    ['half a surrogate pair', ack({ key: '\ud800' }), 'input-invalid', '/ledger:2'],
    ['a very long line', ack({ key: 'k'.repeat(70_000) }), 'input-too-large', '/ledger:2'],
    [
      'a key acknowledged with two contents',
      `${ack({}) + ack({ digest: 'e' }).split('\n')[1]}\n`,
      'input-invalid',
      'k',
    ],
    [
      'records behind the end',
      `${ack({}) + endLine(1)}{"op":"failed","key":"z"}\n`,
      'input-invalid',
      '/ledger:4',
    ],
    [
      'no key order in spite of the header',
      `${ledgerHeaderLine({ unit: 'r', coverage: 'complete', order: 'key', domain: 'history', history: null, failureAt: null })}{"op":"failed","key":"b"}\n{"op":"failed","key":"a"}\n`,
      'input-invalid',
      '/ledger:3',
    ],
  ])('%s is refused with a typed error that says where', (_, ledger, code, where) => {
    expect(refused(ledger, good.readback)).toEqual({ code, subject: where })
  })

  test('readbacks are refused alike', () => {
    const lines = good.readback.split('\n')
    expect(refused(good.ledger, good.ledger)).toEqual({ code: 'input-invalid', subject: '/readback:1' })
    expect(refused(good.ledger, `${lines[0]}\n{"key":"a"}\n`)).toEqual({
      code: 'input-invalid',
      subject: '/readback:2',
    })
  })

  test('fields that this release does not know are ignored; times of other precision are read', () => {
    const ledger = ack({ future: { deep: [1] }, at: '2026-02-11T18:00:00.123456+00:00', position: 7 })
    const readback = `{"kind":"readback","schemaVersion":1,"order":"none","more":1}\n{"key":"k","digest":"d","x":2}\n`
    expect(judge(ledger, readback).judgement).toMatchObject({
      passed: true,
      oracle: { lastReturned: { position: '7', at: '2026-02-11T18:00:00.123Z' } },
    })
  })
})
