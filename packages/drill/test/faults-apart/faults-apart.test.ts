import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { FAULTS, readScenario } from '@dr-drill/simulator'
import { beforeAll, describe, expect, test } from 'vitest'
import { askingRunbook } from './asking-runbook.ts'
import { CARELESS_DRILLS, NOT_OVERLOOKED, TOLD_APART } from './careless.ts'
import { type Shown, scenarioOf, Theatre } from './perform.ts'
import { SHOWN_FAULTS } from './shown.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const read = (file: string) => readFileSync(`${root}${file}`, 'utf8')
const isLong = process.env.DRILL_TEST_LONG === '1'
const kindOf = (fault: string): string => fault.split(':', 1)[0] ?? ''

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

  test('any two end or are noticed differently, or some carelessness tells them apart', () => {
    expect([...shown.keys()]).toEqual(FAULTS.map(({ kind }) => kind))
    const apart = new Set(TOLD_APART.map(({ one, other }) => [kindOf(one), kindOf(other)].sort().join()))
    const bySign = new Map<string, string[]>()
    for (const [kind, { drill, path }] of shown) {
      const sign = JSON.stringify([drill.judged.verdict.kind, path])
      bySign.set(sign, [...(bySign.get(sign) ?? []), kind])
    }
    const alike = [...bySign.values()].flatMap((kinds) =>
      kinds.flatMap((one, at) => kinds.slice(at + 1).map((other) => [one, other].sort().join())),
    )
    expect(alike.filter((pair) => !apart.has(pair))).toEqual([])
  })

  // In words for people: what it says may change with every improvement, and is written anew then.
  test.each(isLong ? [...SHOWN_FAULTS] : [])('%s is noticed as the page says', (kind) => {
    const told = JSON.parse(read('fixtures/faults-told-apart.json')) as {
      readonly faults: readonly { readonly kind: string; readonly noticedBy: readonly string[] }[]
    }
    expect(shown.get(kind)?.path).toEqual(told.faults.find((one) => one.kind === kind)?.noticedBy)
  })
})

test('the runbook that asks a person is the shipped one but for that', () => {
  const asking = read('fixtures/runbooks/asks-before-traffic.yaml')
  expect(asking).toBe(askingRunbook(read('fixtures/runbooks/full-restore.yaml')))
})

describe('who overlooks a fault breaks an invariant', () => {
  /** Drilled above with the shipped runbook, and nothing was violated. */
  const clean = new Set(SHOWN_FAULTS.map(([, text]) => text))

  test('every kind has a drill that shows it, or a reason why nobody can overlook it', () => {
    const kinds = new Set([...CARELESS_DRILLS.map(({ kind }) => kind), ...Object.keys(NOT_OVERLOOKED)])
    expect([...kinds].sort()).toEqual(FAULTS.map(({ kind }) => kind).sort())
  })

  const alone = new Map(CARELESS_DRILLS.map(({ by, cut }) => [`${by} ${cut}`, { by, cut }]))
  test.each([...alone.values()])('nothing without a fault: $by', ({ by, cut }) => {
    expect(theatre.violatedBy(by, null, cut)).toEqual([])
  })

  test.each(CARELESS_DRILLS)('$fault, by who $by', ({ fault, by, breaks, cut }) => {
    if (!clean.has(fault) || cut !== undefined) expect(theatre.violatedBy(null, fault, cut)).toEqual([])
    expect(theatre.violatedBy(by, fault, cut)).toEqual(breaks)
  })

  test.each(TOLD_APART)('$one and $other, by who $by', ({ by, one, breaks, other, otherBreaks }) => {
    expect([theatre.violatedBy(by, one), theatre.violatedBy(by, other)]).toEqual([breaks, otherBreaks])
  })
})
