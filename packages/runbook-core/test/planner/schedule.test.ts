import { buildGraph, drawDuration, type GraphNode, schedule } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dags } from '../runbook/arbitraries.ts'

const numRuns = process.env.DRILL_TEST_LONG === '1' ? 3_000 : 200

/** Longest way to the end of a node, by trying every path. */
function longest(nodes: readonly GraphNode[], durations: ReadonlyMap<string, number>, id: string): number {
  const needs = nodes.find((node) => node.id === id)?.needs ?? []
  return (durations.get(id) ?? 0) + Math.max(0, ...needs.map((need) => longest(nodes, durations, need)))
}

const timed = dags.chain((nodes) =>
  fc.record({
    nodes: fc.constant(nodes),
    durations: fc
      .array(fc.nat({ max: 1_000 }), { minLength: nodes.length, maxLength: nodes.length })
      .map((list) => new Map(nodes.map((node, index) => [node.id, list[index] ?? 0]))),
    ends: fc.subarray(
      nodes.map((node) => node.id),
      { minLength: 1 },
    ),
  }),
)

test('the critical path is as long as the longest of all paths, and is one', () => {
  fc.assert(
    fc.property(timed, ({ nodes, durations, ends }) => {
      const times = schedule(buildGraph(nodes), (id) => durations.get(id) ?? 0, ends)
      expect(times.lengthMs).toBe(Math.max(...ends.map((end) => longest(nodes, durations, end))))
      const path = times.criticalPath
      expect(path.reduce((sum, id) => sum + (durations.get(id) ?? 0), 0)).toBe(times.lengthMs)
      expect(ends).toContain(path.at(-1))
      for (const [index, id] of path.slice(1).entries()) {
        expect(nodes.find((node) => node.id === id)?.needs).toContain(path[index])
      }
    }),
    { numRuns },
  )
})

test('no step starts before what it needs has ended', () => {
  fc.assert(
    fc.property(timed, ({ nodes, durations, ends }) => {
      const times = schedule(buildGraph(nodes), (id) => durations.get(id) ?? 0, ends)
      for (const { id, needs } of nodes) {
        for (const need of needs)
          expect(times.startMs.get(id)).toBeGreaterThanOrEqual(times.finishMs.get(need) ?? 0)
      }
    }),
    { numRuns },
  )
})

test('a step may take exactly its float longer without moving the end; one more moves it', () => {
  fc.assert(
    fc.property(timed, ({ nodes, durations, ends }) => {
      const graph = buildGraph(nodes)
      const before = schedule(graph, (id) => durations.get(id) ?? 0, ends)
      for (const { id } of nodes) {
        const through = before.throughMs.get(id) ?? null
        if (through === null) continue
        const float = before.lengthMs - through
        const with_ = (more: number) =>
          schedule(graph, (one) => (durations.get(one) ?? 0) + (one === id ? more : 0), ends).lengthMs
        expect(with_(float)).toBe(before.lengthMs)
        expect(with_(float + 1)).toBe(before.lengthMs + 1)
      }
    }),
    { numRuns: 60 },
  )
})

test('drawn durations stay between best and worst, and reach likely in the middle', () => {
  const points = fc.tuple(fc.nat(1e9), fc.nat(1e9), fc.nat(1e9)).map((list) => list.sort((a, b) => a - b))
  const uint32 = fc.nat({ max: 0xffff_ffff })
  fc.assert(
    fc.property(points, uint32, uint32, ([bestMs = 0, likelyMs = 0, worstMs = 0], first, second) => {
      const draws = [first, second]
      const estimate = { bestMs, likelyMs, worstMs }
      const ms = drawDuration(estimate, () => draws.shift() ?? 0)
      expect(ms).toBeGreaterThanOrEqual(bestMs)
      expect(ms).toBeLessThanOrEqual(worstMs)
      const middle = [first, 0xffff_ffff - first]
      expect(drawDuration(estimate, () => middle.shift() ?? 0)).toBe(likelyMs)
    }),
    { numRuns },
  )
})
