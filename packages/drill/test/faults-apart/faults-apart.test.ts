import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { FAULTS, readScenario } from '@dr-drill/simulator'
import { beforeAll, describe, expect, test } from 'vitest'
import { CARELESS_DRILLS } from './careless.ts'
import { type Shown, scenarioOf, Theatre } from './perform.ts'
import { ALIKE, SHOWN_FAULTS } from './shown.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const read = (file: string) => readFileSync(`${root}${file}`, 'utf8')
const isLong = process.env.DRILL_TEST_LONG === '1'
const alike = new Set(ALIKE.flatMap(([, ...others]) => others))

let theatre: Theatre
beforeAll(() => {
  theatre = new Theatre(root)
})

describe('every kind of fault', () => {
  const shown = new Map<string, Shown>()

  test.each(SHOWN_FAULTS)('%s strikes in its scenario, which ends as the file says', (kind, text) => {
    const { drill, path } = theatre.show(text)
    shown.set(kind, { drill, path })
    expect(drill.judged.faults).toMatchObject([{ kind, fired: true }])
    const committed = readScenario(read(`fixtures/scenarios/faults/${kind}.json`), `${kind}.json`)
    expect(scenarioOf(committed.title, text, drill)).toEqual(committed)
    expect(committed.expect.violated).toEqual([])
  })

  test('at least 36 end or are noticed differently from all others', () => {
    expect([...shown.keys()]).toEqual(FAULTS.map(({ kind }) => kind))
    const signs = [...shown]
      .filter(([kind]) => !alike.has(kind))
      .map(([, { drill, path }]) => JSON.stringify([drill.judged.verdict.kind, path]))
    expect(new Set(signs).size).toBeGreaterThanOrEqual(36)
  })

  // In words for people: what it says may change with every improvement, and is written anew then.
  test.each(isLong ? [...SHOWN_FAULTS] : [])('%s is noticed as the page says', (kind) => {
    const told = JSON.parse(read('fixtures/faults-told-apart.json')) as {
      readonly faults: readonly { readonly kind: string; readonly noticedBy: readonly string[] }[]
    }
    expect(shown.get(kind)?.path).toEqual(told.faults.find((one) => one.kind === kind)?.noticedBy)
  })
})

describe('who overlooks a fault breaks an invariant', () => {
  /** Drilled above with the shipped runbook, and nothing was violated. */
  const clean = new Set(SHOWN_FAULTS.map(([, text]) => text))

  test('at least 36 kinds that differ have a drill that shows it', () => {
    const kinds = new Set(CARELESS_DRILLS.map(({ kind }) => kind).filter((kind) => !alike.has(kind)))
    expect(kinds.size).toBeGreaterThanOrEqual(36)
  })

  test.each([...new Set(CARELESS_DRILLS.map(({ by }) => by))])('nothing without a fault: %s', (by) => {
    expect(theatre.violatedBy(by, null)).toEqual([])
  })

  test.each(CARELESS_DRILLS)('$fault, by who $by', ({ fault, by, breaks }) => {
    if (!clean.has(fault)) expect(theatre.violatedBy(null, fault)).toEqual([])
    expect(theatre.violatedBy(by, fault)).toEqual(breaks)
  })
})
