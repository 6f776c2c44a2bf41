import { buildGraph, type GraphNode } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dags } from './arbitraries.ts'

const numRuns = process.env.DRILL_TEST_LONG === '1' ? 5_000 : 300

/** Any edges at all, cycles and unknown names included. */
const graphs = fc
  .array(fc.array(fc.nat({ max: 14 }), { maxLength: 4 }), { maxLength: 12 })
  .map((edges) => edges.map((needs, index) => ({ id: `n${index}`, needs: needs.map((need) => `n${need}`) })))

const needsOf = (nodes: readonly GraphNode[], id: string) => nodes.find((node) => node.id === id)?.needs ?? []

/** Ancestors by their definition. */
function ancestors(nodes: readonly GraphNode[], id: string): Set<string> {
  const found = new Set<string>()
  const visit = (at: string): void => {
    for (const need of needsOf(nodes, at)) {
      if (!found.has(need)) {
        found.add(need)
        visit(need)
      }
    }
  }
  visit(id)
  return found
}

describe('graphs without a cycle', () => {
  test('the order holds every node once, each after all it needs', () => {
    fc.assert(
      fc.property(dags, (nodes) => {
        const { order, cycle } = buildGraph(nodes)
        expect(cycle).toBeNull()
        expect([...order].sort()).toEqual(nodes.map((node) => node.id).sort())
        for (const node of nodes) {
          for (const need of node.needs) expect(order.indexOf(need)).toBeLessThan(order.indexOf(node.id))
        }
      }),
      { numRuns },
    )
  })

  test('ancestors are what the definition says, descendants their converse', () => {
    fc.assert(
      fc.property(dags, (nodes) => {
        const graph = buildGraph(nodes)
        for (const { id } of nodes) {
          expect([...graph.ancestorsOf(id)].sort()).toEqual([...ancestors(nodes, id)].sort())
          for (const { id: other } of nodes) {
            const before = graph.ancestorsOf(id).has(other)
            expect(graph.descendantsOf(other).has(id)).toBe(before)
            expect(graph.isBefore(other, id)).toBe(before)
          }
        }
      }),
      { numRuns: 100 },
    )
  })

  test('steps that are free together keep the authored order', () => {
    const nodes = ['d', 'b', 'c', 'a'].map((id) => ({ id, needs: id === 'd' ? ['c'] : [] }))
    expect(buildGraph(nodes).order).toEqual(['b', 'c', 'a', 'd'])
  })
})

test('of any edges a cycle is named exactly when there is one, and each of its steps needs the next', () => {
  fc.assert(
    fc.property(graphs, (nodes) => {
      const { cycle, order } = buildGraph(nodes)
      const cyclic = nodes.some((node) => ancestors(nodes, node.id).has(node.id))
      expect(cycle !== null).toBe(cyclic)
      if (cycle === null) return
      expect(order).toEqual([])
      expect(cycle[0]).toBe(cycle.at(-1))
      for (const [index, id] of cycle.slice(0, -1).entries())
        expect(needsOf(nodes, id)).toContain(cycle[index + 1])
    }),
    { numRuns },
  )
})
