import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryOf, faultArbitrary } from '../../src/fast-check/index.ts'
import {
  type Domain,
  type DrawContext,
  drawFault,
  FAULTS,
  faultExcuses,
  faultKind,
  momentText,
  parseFault,
  parseMoment,
  readFault,
} from '../../src/faults/index.ts'
import { RandomStream } from '../../src/kernel/index.ts'

const context: DrawContext = {
  steps: [
    { id: 'fetch-backup', effects: 12, calls: 40, traits: ['fetches'] },
    { id: 'place-files', effects: 30, calls: 90, traits: ['places'] },
    { id: 'start-service', effects: 9, calls: 20, traits: ['starts', 'volatile'] },
    { id: 'force-backup', effects: 4, calls: 30, traits: ['protects'] },
    { id: 'confirm-gate', effects: 0, calls: 0, traits: ['gate'] },
    { id: 'notify', effects: 1, calls: 1, traits: ['notifies'] },
  ],
}
const kinds = FAULTS.map(({ kind }) => kind)
const runs = { numRuns: process.env.DRILL_TEST_LONG === '1' ? 2_000 : 100 }

describe('parameters of faults', () => {
  test('what is drawn is a record that reads as itself, as values and as text (property)', () => {
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.nat(), (kind, seed) => {
        const drawn = drawFault(kind, RandomStream.fromSeed(seed), context)
        expect(readFault(drawn)).toEqual(drawn)
        const text = Object.entries(drawn.with).map(([name, value]) => `${name}=${value}`)
        expect(parseFault(`${kind}${text.length === 0 ? '' : ':'}${text.join(',')}`)).toEqual(drawn)
        expect(drawFault(kind, RandomStream.fromSeed(seed), context)).toEqual(drawn)
      }),
      runs,
    )
  })

  test('what an arbitrary makes is a record, too, and its excuses are no negative amounts (property)', () => {
    const records = fc.constantFrom(...kinds).chain((kind) => faultArbitrary(fc, kind, context))
    fc.assert(
      fc.property(records, (record) => {
        expect(readFault(JSON.parse(JSON.stringify(record)))).toEqual(record)
        const { delayMs, lossMs } = faultExcuses(record)
        for (const amount of [delayMs, lossMs]) expect(amount === null || amount >= 0).toBe(true)
      }),
      runs,
    )
  })

  test('a draw reaches every word and both ends of the numbers that it may give', () => {
    for (const { kind, domains } of FAULTS) {
      const drawn = Array.from({ length: 400 }, (_, seed) =>
        drawFault(kind, RandomStream.fromSeed(seed), context),
      )
      for (const [name, domain] of Object.entries(domains as Record<string, Domain>)) {
        const values = new Set(drawn.map((one) => one.with[name]))
        if (domain.type === 'one-of') expect([...values].sort()).toEqual([...domain.values].sort())
        if (domain.type === 'truth') expect(values).toEqual(new Set([true, false]))
        if (domain.type === 'number-or-word') expect(values).toContain(domain.word)
        if (domain.type === 'moment' && domain.among?.length !== 0) expect(values.size).toBeGreaterThan(3)
        const number = domain.type === 'number-or-word' ? domain.number : domain
        if (number.type !== 'whole-number') continue
        const numbers = [...values].filter((value) => typeof value === 'number')
        expect(Math.min(...numbers)).toBe(number.drawn.min)
        expect(Math.max(...numbers) - number.drawn.min).toBeGreaterThanOrEqual(
          Math.floor((number.drawn.max - number.drawn.min) / 4),
        )
      }
    }
  })

  test('a draw takes only steps whose actions fit', () => {
    const drawn = Array.from({ length: 50 }, (_, seed) =>
      drawFault('bad-permissions', RandomStream.fromSeed(seed), context),
    )
    expect(new Set(drawn.map((one) => one.with.step))).toEqual(new Set(['', 'place-files', 'start-service']))
  })

  test('another parameter does not shift what is drawn for this one', () => {
    const { domains } = faultKind('s3-outage')
    const whole = drawFault('s3-outage', RandomStream.fromSeed(7), context)
    const alone = RandomStream.fromSeed(7).split('store')
    expect(whole.with.store).toBe(alone.pick(domains.store.values))
  })

  test('a moment reads as it was written (property)', () => {
    const moments = arbitraryOf(fc, { type: 'moment', usual: 'start', among: null, meaning: '' }, context)
    fc.assert(
      fc.property(moments, (text) => {
        const moment = parseMoment(String(text))
        expect(moment === null ? null : momentText(moment)).toBe(text)
      }),
      runs,
    )
  })

  test.each([
    '',
    'place-files',
    'place-files/begin',
    'x/effect/0/before',
    'x/call/1',
    '../y/begins',
    'x/ends/',
  ])('%j is no moment', (text) => {
    expect(parseMoment(text)).toBeNull()
  })
})
