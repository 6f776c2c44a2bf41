import { OperatingError } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DISASTERS, readScenario, type Scenario, scenarioText } from '../../src/scenario/index.ts'

const minimal = {
  kind: 'scenario',
  schemaVersion: 1,
  title: 'the newest backup is damaged',
  seed: 7,
  production: { seed: 1, assertions: 300 },
  disaster: { kind: 'server' },
  faults: [{ kind: 'corrupt-segment' }],
  runbook: { id: 'full-restore' },
  expect: { verdict: 'restored-with-loss', loss: null, violated: [] },
}

const codeOf = (value: unknown): string => {
  try {
    readScenario(typeof value === 'string' ? value : JSON.stringify(value), 'a.json')
  } catch (thrown) {
    if (thrown instanceof OperatingError) return thrown.code
    throw thrown
  }
  return 'read'
}

describe('a scenario file', () => {
  test('needs no more than what cannot be drawn; faults get their defaults', () => {
    const read = readScenario(JSON.stringify(minimal), 'a.json')
    expect(read.production.cut).toBeNull()
    expect(read.disaster.detectionMs).toBeNull()
    expect(read.faults[0]?.with).toMatchObject({ copies: expect.anything() })
  })

  test('written and read again it is the same (property)', () => {
    const scenarios = fc.record({
      seed: fc.maxSafeNat(),
      disaster: fc.constantFrom(...DISASTERS),
      cut: fc.option(fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })),
      path: fc.option(fc.array(fc.nat(), { minLength: 1, maxLength: 9 })),
      params: fc.dictionary(fc.constantFrom('rto', 'store-patience'), fc.string()),
    })
    fc.assert(
      fc.property(scenarios, ({ seed, disaster, cut, path, params }) => {
        const scenario: Scenario = {
          ...readScenario(JSON.stringify(minimal), 'a.json'),
          seed,
          production: { seed, assertions: 40, cut: cut?.toISOString() ?? null },
          disaster: { kind: disaster, detectionMs: seed, declarationMs: null },
          params: { ...params },
          path: path?.join(':') ?? null,
        }
        expect(readScenario(scenarioText(scenario), 'a.json')).toEqual(scenario)
      }),
      { numRuns: 100 },
    )
  })

  test('fields that a later release added are ignored, a newer version is refused', () => {
    expect(codeOf({ ...minimal, mood: 'grey' })).toBe('read')
    expect(codeOf({ ...minimal, schemaVersion: 2, expect: 3 })).toBe('input-too-new')
  })

  test.each([
    ['', 'input-unreadable'],
    ['{', 'input-unreadable'],
    ['null', 'input-invalid'],
    ['[]', 'input-invalid'],
    ['{"kind":"report"}', 'input-invalid'],
    [{ ...minimal, disaster: { kind: 'flood' } }, 'input-invalid'],
    [{ ...minimal, production: { seed: -1, assertions: 1 } }, 'input-invalid'],
    [{ ...minimal, path: '1:x' }, 'input-invalid'],
    [{ ...minimal, expect: { ...minimal.expect, violated: ['all'] } }, 'input-invalid'],
    [{ ...minimal, faults: [{ kind: 'corupt-segment' }] }, 'usage-invalid'],
    [{ ...minimal, faults: [{ kind: 'corrupt-segment', with: { moon: 'full' } }] }, 'usage-invalid'],
  ])('%j is refused: %s', (value, code) => {
    expect(codeOf(value)).toBe(code)
  })
})
