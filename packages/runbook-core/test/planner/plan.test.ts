import {
  type AuthoredRunbook,
  type Capability,
  explain,
  type PlanFacts,
  type PlanOptions,
  plan,
  portableChecksums,
  qualify,
  runbook,
} from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { authoredRunbooks } from '../runbook/arbitraries.ts'
import { asWritten } from '../runbook/as-written.ts'
import { hardened } from '../runbook/hardened.ts'
import { toys } from '../runbook/toys.ts'

const MINUTE = 60_000
const registry = toys()
const planOf = (authored: AuthoredRunbook, options: Partial<PlanOptions> = {}) =>
  plan(qualify(authored, { registry, checksums: portableChecksums }), { registry, ...options })

/** A small seeded generator: Park and Miller's. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 0x7fff_ffff
    return (state * 2) % 0x1_0000_0000
  }
}

describe('the procedure as written', () => {
  const written = planOf(asWritten())

  test('takes 255 minutes of the 240 it has (D01)', () => {
    expect(written.criticalPath.likelyMs).toBe(255 * MINUTE)
    expect(written.rto).toEqual({
      targetMs: 240 * MINUTE,
      slackMs: -15 * MINUTE,
      exceeds: true,
      budgetsMs: 255 * MINUTE,
    })
    expect(written.criticalPath.steps).toHaveLength(7)
    expect(written.holds).toBe(false)
  })

  test('promises no bound on the loss (D05), and says both in words', () => {
    expect(written.rpo).toMatchObject({ worstCaseMs: null, longestIntervalMs: null, exceeds: true })
    const words = explain(written).join('\n')
    expect(words).toContain('15m MORE than the RTO of 4h')
    expect(words).toContain('UNBOUNDED')
    expect(words).toContain('NOT covered')
  })
})

describe('time', () => {
  test('a probe that answers clients ends the restore: what follows has no slack to lose', () => {
    const { steps, rto, criticalPath } = planOf(hardened())
    const told = steps.find((step) => step.id === 'tell')
    expect(told).toMatchObject({ slackMs: null, floatMs: null, budgetMs: null, critical: false })
    const ended = steps.find((step) => step.id === 'client')
    expect(criticalPath.likelyMs).toBe(ended?.finishMs)
    expect(criticalPath.steps.at(-1)).toBe('client')
    expect(ended?.slackMs).toBe(rto.slackMs)
  })

  test('a rate takes its size from facts; unknown facts fall back to the action', () => {
    const fetching = (facts: Partial<PlanFacts>) => {
      const all = { backupBytes: null, logBytes: null, records: null, freeBytes: null, ...facts }
      return planOf(hardened(), { facts: all }).steps.find((step) => step.id === 'fetch')
    }
    expect(fetching({})).toMatchObject({ basis: 'action' })
    expect(fetching({ backupBytes: 1_000_000_000 })).toMatchObject({
      basis: 'rate',
      estimate: { bestMs: 5_000, likelyMs: 10_000, worstMs: 40_000 },
    })
  })

  test('a step whose condition is false whatever happens takes no time', () => {
    const authored = asWritten()
    const steps = authored.steps.map((step) => (step.id === 'resume' ? { ...step, when: false } : step))
    const skipped = planOf({ ...authored, steps })
    expect(skipped.criticalPath.likelyMs).toBe(195 * MINUTE)
    expect(skipped.steps.at(-1)?.basis).toBe('skipped')
  })

  test('budgets of groups that overlap count along their longest chain, not as a sum', () => {
    const authored = asWritten()
    const steps = authored.steps.map((step) => (step.id === 'download-wal' ? { ...step, needs: [] } : step))
    const overlapping = steps.map((step) =>
      step.id === 'restore' ? { ...step, needs: ['download-backup', 'download-wal'] } : step,
    )
    expect(planOf({ ...authored, steps: overlapping }).rto.budgetsMs).toBe(240 * MINUTE)
  })
})

describe('the forecast', () => {
  test('lies between best and worst, P50 before P95, and repeats with its seed', () => {
    fc.assert(
      fc.property(authoredRunbooks, fc.integer({ min: 1, max: 1e9 }), (authored, seed) => {
        const draw = () => planOf(authored, { random: seeded(seed), draws: 100 })
        const { forecast, criticalPath } = draw()
        if (forecast === null) throw new TypeError('no forecast')
        expect(forecast.p50Ms).toBeGreaterThanOrEqual(criticalPath.bestMs)
        expect(forecast.p95Ms).toBeGreaterThanOrEqual(forecast.p50Ms)
        expect(forecast.p95Ms).toBeLessThanOrEqual(criticalPath.worstMs)
        expect(draw().forecast).toEqual(forecast)
      }),
      { numRuns: 40 },
    )
  })

  test('certain durations are forecast exactly', () => {
    const { forecast } = planOf(asWritten(), { random: seeded(1), draws: 50 })
    expect(forecast).toEqual({ draws: 50, p50Ms: 255 * MINUTE, p95Ms: 255 * MINUTE, withinRtoPercent: 0 })
  })
})

describe('the worst-case loss', () => {
  const rpo = (archiveInterval: string, archiveDuration: string) =>
    planOf({
      ...hardened(),
      protection: { backupInterval: '6h', archiveInterval, archiveDuration, rotatesEachCycle: true },
    }).rpo

  test('is interval, accuracy and duration together, and names the longest interval that would hold', () => {
    expect(rpo('15m', '2m')).toEqual({
      targetMs: 15 * MINUTE,
      worstCaseMs: 18 * MINUTE,
      longestIntervalMs: 12 * MINUTE,
      exceeds: true,
    })
    expect(rpo('12m', '2m').exceeds).toBe(false)
    expect(rpo('1m', '14m')).toMatchObject({ longestIntervalMs: null, exceeds: true })
  })
})

describe('what it needs', () => {
  test('disk: everything fetched at once, against what is free', () => {
    const disk = (freeBytes: number | null) =>
      planOf(hardened(), { facts: { backupBytes: 5_000, logBytes: 700, records: 1, freeBytes } }).disk
    expect(disk(6_000)).toEqual({ peakBytes: 5_700, at: 'fetch', freeBytes: 6_000, fits: true, unknown: [] })
    expect(disk(5_699).fits).toBe(false)
    expect(disk(null).fits).toBeNull()
    expect(planOf(hardened()).disk).toMatchObject({ peakBytes: null, unknown: ['fetch', 'fetch-log'] })
  })

  test('the target: what it lacks keeps a step from running, or part of it from being exercised', () => {
    const capabilities = new Set<Capability>(['traffic'])
    const { target } = planOf(hardened(), {
      target: { name: 'bare', capabilities, ports: new Set(['Host']) },
    })
    expect(target).toEqual({
      name: 'bare',
      cannotRun: [
        { step: 'select', missing: ['port ObjectStore'] },
        { step: 'start', missing: ['service-manager'] },
      ],
      notExercised: [{ step: 'place', missing: ['chown'] }],
    })
    const words = explain(planOf(hardened(), { target: { name: 'bare', capabilities, ports: null } })).join(
      '\n',
    )
    expect(words).toContain('"start" cannot run on bare: it lacks service-manager')
  })

  test('rights: only what the declared effects say', () => {
    const { policy } = planOf(hardened())
    expect(policy.stores).toEqual([
      { store: 'archive', prefix: '', verbs: ['s3:ListBucket', 's3:GetObject', 's3:PutObject'] },
      { store: 'source', prefix: '', verbs: ['s3:ListBucket', 's3:GetObject'] },
    ])
    expect(policy.paths.write).toEqual(['/etc/default/notes', '/srv/incoming', '/srv/notes'])
    expect(policy.changes).toContain('traffic:notes')
    expect(policy.uncovered).toEqual([])
  })
})

test('the plan of any runbook is JSON, and its order respects needs', () => {
  fc.assert(
    fc.property(authoredRunbooks, (authored) => {
      const made = planOf(authored)
      expect(JSON.parse(JSON.stringify(made))).toEqual(made)
      for (const step of made.steps) {
        for (const need of step.needs)
          expect(made.order.indexOf(need)).toBeLessThan(made.order.indexOf(step.id))
      }
      expect(explain(made).every((line) => line.length > 0)).toBe(true)
    }),
    { numRuns: 40 },
  )
})

test('a runbook of four thousand steps is planned', () => {
  const steps = Array.from({ length: 4_000 }, (_, index) => ({
    id: `s${index}`,
    title: 'Step',
    needs: index === 0 ? [] : [`s${index - 1}`],
    action: { kind: 'toy-tell', with: { text: 'x' } },
  }))
  const long = runbook({
    ...asWritten(),
    groups: undefined,
    defaults: { timeout: '1m' },
    steps,
    gate: 's0',
    checklist: undefined,
  })
  expect(planOf(long).criticalPath.likelyMs).toBe(4_000 * 2_000)
})
