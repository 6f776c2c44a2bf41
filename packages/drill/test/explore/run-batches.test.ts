import { EMPTY_TALLY, type Tally } from '@dr-drill/simulator'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type EndedExploration,
  explorationExit,
  explorationText,
} from '../../src/cli/explore/exploration-report.ts'
import type { ExploreRequest } from '../../src/cli/explore/explore-options.ts'
import { runBatches } from '../../src/cli/explore/run-batches.ts'
import type { ExplorePool } from '../../src/workers/explore-pool.ts'
import type { RunsTask } from '../../src/workers/explore-task.ts'

const request = (runs: number, shard = { index: 0, of: 1 }): ExploreRequest => ({
  setup: { runbook: { text: '', file: '', params: {} }, seed: 1, kinds: ['s3-outage'], assertions: 1 },
  runs,
  durationMs: null,
  workers: 3,
  shard,
  out: '/nowhere',
})

const indexes = ({ from, before, step }: RunsTask): number[] => {
  const all: number[] = []
  for (let index = from; index < before; index += step) all.push(index)
  return all
}

/** A pool whose batches end whenever `turns` says. */
const poolOf = (performed: number[], turns: Iterator<number>, never: (task: RunsTask) => boolean) =>
  ({
    threads: 3,
    async runs(task: RunsTask): Promise<Tally> {
      if (never(task)) return await new Promise(() => {})
      for (let turn = turns.next().value ?? 0; turn > 0; turn -= 1) await Promise.resolve()
      performed.push(...indexes(task))
      return { ...EMPTY_TALLY, runs: indexes(task).length }
    },
  }) as unknown as ExplorePool

const watching = { onTally() {}, mustStop: () => false, gaveUp: new Promise<void>(() => {}) }

describe('batches of runs', () => {
  test('perform each run of the shard once, whatever ends first (property)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 4 }),
        fc.infiniteStream(fc.nat({ max: 5 })),
        async (runs, of, turns) => {
          const all: number[] = []
          for (let index = 0; index < of; index += 1) {
            const performed: number[] = []
            const pool = poolOf(performed, turns, () => false)
            const tally = await runBatches(request(runs, { index, of }), pool, watching)
            expect(tally.runs).toBe(performed.length)
            expect(performed.every((run) => run % of === index)).toBe(true)
            all.push(...performed)
          }
          expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: runs }, (_, index) => index))
        },
      ),
      { numRuns: 50 },
    )
  })

  test('what is told is a prefix: a batch that never ends holds back those after it', async () => {
    let giveUp = (): void => {}
    const gaveUp = new Promise<void>((resolve) => {
      giveUp = resolve
    })
    const told: number[] = []
    const pool = poolOf([], [][Symbol.iterator](), ({ from }) => from === 16)
    const ended = runBatches(request(80), pool, {
      onTally: ({ runs }) => told.push(runs),
      mustStop: () => false,
      gaveUp,
    })
    setImmediate(giveUp)
    expect((await ended).runs).toBe(16)
    expect(Math.max(...told)).toBe(16)
  })
})

describe('the exit code of an exploration', () => {
  const finding = { runs: 1, index: 0, seed: 1, detail: 'x' }
  const ended = (tally: Partial<Tally>, violations: EndedExploration['violations'] = []) => ({
    request: request(1_000),
    tally: { ...EMPTY_TALLY, runs: 1_000, ...tally },
    elapsedMs: 1,
    violations,
    interrupted: false,
  })
  const seen = { faults: { 's3-outage': { drawn: 60, fired: 50 } } }

  test.each([
    [ended(seen), 0],
    [ended({ faults: { 's3-outage': { drawn: 60, fired: 49 } } }), 4],
    [ended(seen, [{ invariant: 'I6', ...finding, file: null }]), 1],
    [ended({ ...seen, crashes: { boom: finding } }, [{ invariant: 'I6', ...finding, file: null }]), 70],
    [ended({ ...seen, divergences: { 'run 256': finding } }), 70],
  ])('%#', (exploration, code) => {
    expect(explorationExit(exploration)).toBe(code)
  })

  test('a floor that was missed is named, a clean exploration is never called safe', () => {
    expect(explorationText(ended({}))).toContain('below the floor of 50: s3-outage')
    expect(explorationText(ended(seen))).toMatch(/^0 violations in 1,000 runs/)
  })
})
