import { OperatingError } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FAULTS, faultKind, faultOutcome, parseFault, readFault } from '../../src/faults/index.ts'

const problemOf = (read: () => unknown): OperatingError => {
  try {
    read()
  } catch (thrown) {
    if (thrown instanceof OperatingError) return thrown
    throw thrown
  }
  throw new Error('it was read')
}

describe('a fault record', () => {
  test.each(FAULTS.map(({ kind }) => kind))('%s: its name alone is a record with every default', (kind) => {
    const record = parseFault(kind)
    expect(record.kind).toBe(kind)
    expect(Object.keys(record.with).sort()).toEqual(
      faultKind(kind)
        .describe.map(({ name }) => name)
        .sort(),
    )
    expect(['recover', 'refuse', 'resume', 'stop']).toContain(faultOutcome(record))
  })

  test('read again from JSON, as a scenario has it, it is the same', () => {
    for (const text of [
      's3-outage:seconds=5,store=archive',
      's3-outage:seconds=endless',
      'corrupt-segment:copies=all,segment=71',
      'partial-sync:how=listing,where=archive,files=3,lasting=true',
      'kill-runner:step=place-files,effect=3,moment=after',
    ]) {
      const record = parseFault(text)
      expect(readFault(JSON.parse(JSON.stringify(record)) as typeof record)).toEqual(record)
    }
  })

  test.each([
    ['corrupt-segmet', 'Did you mean corrupt-segment? ./drill faults lists all.'],
    ['disk', 'Near are failing-disk, full-disk, read-only-disk, slow-disk; ./drill faults lists all.'],
    ['xyzzy-quux-frob', './drill faults lists all.'],
  ])('nobody knows %s: the few that are near are told, not all', (text, hint) => {
    expect(problemOf(() => parseFault(text))).toMatchObject({ code: 'usage-invalid', hint })
  })

  test('the atlas tells what must come of it by its parameters', () => {
    expect(faultOutcome(parseFault('corrupt-segment'))).toBe('recover')
    expect(faultOutcome(parseFault('corrupt-segment:copies=all'))).toBe('refuse')
    expect(faultOutcome(parseFault('s3-outage'))).toBe('recover')
    expect(faultOutcome(parseFault('s3-outage:seconds=endless'))).toBe('refuse')
    expect(faultOutcome(parseFault('truncated-object:where=archive,lasting=true'))).toBe('refuse')
    expect(faultOutcome(parseFault('kill-runner'))).toBe('resume')
  })

  test.each([
    ['corrupt-segmnt', /Did you mean corrupt-segment/],
    ['', /drill faults lists all/],
    ['s3-outage:seconds=0', /Parameters: seconds, step, store/],
    ['s3-outage:seconds', /Example/],
    ['s3-outage:seconds=1,seconds=2', /Example/],
    ['s3-outage:=1', /Example/],
    ['s3-outage:minutes=1', /Parameters/],
    ['kill-runner:effect=-1', /Parameters/],
    ['kill-runner:step=../x', /Parameters/],
    ['partial-sync:lasting=perhaps', /Parameters/],
  ])('%j is refused, with what to write instead', (text, hint) => {
    const { code, hint: given } = problemOf(() => parseFault(text))
    expect([code, given]).toEqual(['usage-invalid', expect.stringMatching(hint)])
  })

  test('any other text gives a record or a usage error, never anything else (property)', () => {
    const kinds = fc.constantFrom(...FAULTS.map(({ kind }) => kind), '__proto__', '')
    const parameter = fc.tuple(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }))
    fc.assert(
      fc.property(kinds, fc.array(parameter, { maxLength: 3 }), (kind, parameters) => {
        const text = `${kind}:${parameters.map(([name, value]) => `${name}=${value}`).join(',')}`
        try {
          expect(parseFault(text).kind).toBe(kind)
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'usage-invalid' })
        }
      }),
      { numRuns: 200 },
    )
  })
})
