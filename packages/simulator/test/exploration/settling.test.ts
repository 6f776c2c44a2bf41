import {
  type DrawContext,
  type DrawnDrill,
  type ExploredDrill,
  parseFault,
  settleDrill,
} from '@dr-drill/simulator'
import { describe, expect, test } from 'vitest'

const BEGUN = 2
const context: DrawContext = {
  steps: ['fetch', 'place', 'check'].map((id) => ({
    id,
    effects: 5,
    calls: 20,
    traits: ['fetches', 'places', 'validates'],
  })),
}
const drill: DrawnDrill = {
  seed: 7,
  production: { seed: 1, assertions: 40 },
  failureAt: 0,
  disaster: { kind: 'server', detectionMs: 0, declarationMs: 0 },
  faults: [],
}

/** A run that ends before its third step: it meets what waits at a moment of the first two, and nothing else. */
function perform({ faults }: DrawnDrill): ExploredDrill {
  const begun = context.steps.slice(0, BEGUN).map(({ id }) => id)
  return {
    events: begun.map((step) => ({
      at: 0,
      event: { type: 'step-started', step, attempt: 1, input: null, inputDigest: '', idempotencyKey: '' },
    })) as unknown as ExploredDrill['events'],
    judged: { verdict: { kind: 'failed', reason: '' }, exitCode: 3, invariants: [] },
    faults: faults.map(({ kind, with: given }) => {
      const at = String(given.at ?? '')
      return { kind, fired: begun.includes(at.split('/', 1)[0] ?? '') }
    }),
    violated: [],
  }
}

const [first, , third] = context.steps
const early = parseFault(`power-loss:at=${first?.id}/begins`)
const late = parseFault(`paused-host:at=${third?.id}/begins`)
const unnamed = parseFault('refused-dns')

describe('a drill is settled', () => {
  test('a drill all of whose faults strike is the very same drill', () => {
    const drawn = { ...drill, faults: [early] }
    expect(settleDrill(drawn, context, perform)).toBe(drawn)
  })

  test('a moment that never came is drawn anew among the steps that the run reached', () => {
    const settled = settleDrill({ ...drill, faults: [early, late] }, context, perform)
    expect(settled.faults[0]).toEqual(early)
    expect(settled.faults[1]).toMatchObject({ kind: 'paused-host', with: { seconds: 120 } })
    expect(perform(settled).faults.every(({ fired }) => fired)).toBe(true)
    expect(settleDrill({ ...drill, faults: [early, late] }, context, perform)).toEqual(settled)
  })

  test('what cannot strike sooner is left out', () => {
    expect(settleDrill({ ...drill, faults: [unnamed, early] }, context, perform).faults).toEqual([early])
  })

  test('what breaks the simulation stays as it was drawn', () => {
    const drawn = { ...drill, faults: [late] }
    const broken = (): ExploredDrill => {
      throw new Error('a defect')
    }
    expect(settleDrill(drawn, context, broken)).toBe(drawn)
  })
})
