import { type JournalEntry, OperatingError, type RunEvent, utf8Encode } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runs } from '../engine/support/runs.ts'
import { journalBytes, journalText, type Line, read } from './support.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 12 })
const event: fc.Arbitrary<RunEvent> = fc.oneof(
  fc.record({ type: fc.constant('cancel-requested' as const), reason: text }),
  fc.record({ type: fc.constant('step-undone' as const), step: text }),
  fc.record({
    type: fc.constant('evidence-collected' as const),
    subject: text,
    evidence: fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<null>,
  }),
)
const lines = fc.array(
  event.map((each): Line => ({ event: each })),
  { minLength: 1, maxLength: 6 },
)

const REFUSALS = ['journal-damaged', 'input-too-new', 'input-invalid']

function refusal(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof OperatingError) return error.code
    throw error
  }
  return 'none'
}

test('what was written is read back, in pieces of any size', () => {
  fc.assert(
    fc.property(lines, fc.integer({ min: 1, max: 700 }), (given, pieceBytes) => {
      const bytes = journalBytes(given)
      const { entries, end } = read(bytes, pieceBytes)
      expect(entries.map((entry) => entry.event)).toEqual(given.map((line) => line.event))
      expect(entries.map((entry) => entry.seq)).toEqual(given.map((_, index) => index + 1))
      expect(end).toMatchObject({ offset: bytes.length, seq: given.length, dropped: 'nothing' })
    }),
    runs(60),
  )
})

test('a byte altered anywhere is refused', () => {
  fc.assert(
    fc.property(lines, fc.nat(), fc.integer({ min: 1, max: 255 }), (given, place, mask) => {
      const bytes = journalBytes(given)
      const index = place % bytes.length
      // Zeros are what a tear leaves; they have their own test.
      const altered = (bytes[index] ?? 0) ^ mask || 1
      fc.pre(altered !== bytes[index])
      bytes[index] = altered
      expect(REFUSALS).toContain(refusal(() => read(bytes)))
    }),
    runs(400),
  )
})

test('every byte of one journal, altered in every bit, is refused', () => {
  const bytes = journalBytes([
    { event: { type: 'step-undone', step: 'a' } },
    { event: { type: 'cancel-requested', reason: 'é' } },
  ])
  for (let index = 0; index < bytes.length; index += 1) {
    for (let bit = 1; bit < 256; bit *= 2) {
      const altered = bytes.slice()
      altered[index] = (altered[index] ?? 0) ^ bit
      expect(REFUSALS, `byte ${index}, bit ${bit}`).toContain(refusal(() => read(altered)))
    }
  }
})

test('cut off anywhere, the incomplete last line is dropped and said, the rest is kept', () => {
  fc.assert(
    fc.property(lines, fc.nat(), (given, place) => {
      const bytes = journalBytes(given)
      const cut = bytes.subarray(0, place % bytes.length)
      const { entries, end } = read(cut)
      const whole = cut.lastIndexOf(10) + 1
      expect(end.offset).toBe(whole)
      expect(end.dropped).toBe(whole === cut.length ? 'nothing' : 'incomplete-last-line')
      expect(entries).toEqual(read(bytes).entries.slice(0, entries.length))
      expect(entries).toHaveLength(Math.max(0, cut.filter((byte) => byte === 10).length - 1))
    }),
    runs(200),
  )
})

test('a line removed, repeated or put elsewhere is refused', () => {
  const all = journalText(
    ['a', 'b', 'c', 'd'].map((step): Line => ({ event: { type: 'step-undone', step } })),
  )
    .trimEnd()
    .split('\n')
  const [header, a, b, c, d] = all
  for (const order of [
    [header, a, c, d],
    [header, a, a, b],
    [header, b, a, c],
    [a, b, c],
    [header, header, a],
  ]) {
    expect(REFUSALS).toContain(refusal(() => read(utf8Encode(`${order.join('\n')}\n`))))
  }
})

/** Lines with a sector of zeros in the last one, as an unsynced write torn by power loss has them. */
function torn(durable: number): Uint8Array {
  const long = 'x'.repeat(2_000)
  const bytes = journalBytes([
    { event: { type: 'step-undone', step: 'first' }, durable: 0 },
    { event: { type: 'cancel-requested', reason: long }, durable: 1 },
    { event: { type: 'step-undone', step: 'last' }, durable },
  ])
  bytes.fill(0, 1_024, 1_536)
  return bytes
}

test('sectors of zeros in what was never fsynced are a tear: dropped and said', () => {
  const { entries, end } = read(torn(1))
  expect(entries.map((entry) => entry.seq)).toEqual([1])
  expect(end.dropped).toBe('incomplete-last-line')
})

test('the same zeros are an alteration when a later line says that they had been fsynced', () => {
  expect(refusal(() => read(torn(2)))).toBe('journal-damaged')
})

test('zeros that do not reach the end of a sector are an alteration', () => {
  const bytes = torn(1)
  bytes[1_535] = 0x78
  expect(refusal(() => read(bytes))).toBe('journal-damaged')
})

test('a newer schema version is refused as such, another kind as no journal', () => {
  const header = (fields: object) => utf8Encode(`${JSON.stringify(fields)}\n`)
  expect(refusal(() => read(header({ kind: 'journal', schemaVersion: 2 })))).toBe('input-too-new')
  expect(refusal(() => read(header({ kind: 'ledger', schemaVersion: 1 })))).toBe('input-invalid')
  expect(refusal(() => read(header({ kind: 'journal', schemaVersion: 0 })))).toBe('journal-damaged')
  expect(refusal(() => read(header({ kind: 'journal', schemaVersion: '1' })))).toBe('journal-damaged')
})

test('well-chained but malformed events are refused; unknown types and fields pass', () => {
  const sealed = (given: object) => journalBytes([{ event: given as RunEvent }])
  const malformed = [
    { type: 'step-started', step: 'a' },
    { type: 'run-ended', outcome: 'splendid', firstCause: null },
    { type: 'effect-intended', step: 1 },
    { type: 7 },
    {},
    [],
  ]
  for (const given of malformed)
    expect(
      refusal(() => read(sealed(given))),
      JSON.stringify(given),
    ).toBe('journal-damaged')
  const later = { type: 'moon-phase-noted', phase: 'full' }
  expect(read(sealed(later)).entries[0]?.event).toEqual(later)
  const wider = { type: 'step-undone', step: 'a', why: 'an addition of a later release' }
  expect(read(sealed(wider)).entries[0]?.event).toEqual(wider)
})

test('hostile bytes give a typed error or nothing, whatever they are', () => {
  const pieces = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc
      .constantFrom('{"kind":"journal","schemaVersion":1}\n', '[[[[', '{"__proto__":1}', '\n', 'null\n')
      .map(utf8Encode),
    fc.constant(journalBytes([{ event: { type: 'step-undone', step: 'a' } }])),
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 6 }), (given) => {
      const bytes = Uint8Array.from(given.flatMap((piece) => [...piece]))
      let entries: JournalEntry[] = []
      const code = refusal(() => {
        entries = read(bytes).entries
      })
      expect(['none', ...REFUSALS]).toContain(code)
      expect(entries.length).toBeLessThanOrEqual(1)
    }),
    runs(300),
  )
})

test('nesting beyond any sense is refused, not a stack overflow', () => {
  const deep = `${'['.repeat(200_000)}\n`
  expect(refusal(() => read(utf8Encode(deep)))).toBe('journal-damaged')
})
