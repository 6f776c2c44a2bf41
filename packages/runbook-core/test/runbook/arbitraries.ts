import type { AuthoredRunbook } from '@dr-drill/runbook-core'
import fc from 'fast-check'

/** DAGs: each node needs some of those made before it; then the nodes are shuffled. */
export const dags = fc
  .array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 12 })
  .chain((edges) => {
    const nodes = edges.map((needs, index) => ({
      id: `n${index}`,
      needs: index === 0 ? [] : [...new Set(needs.map((need) => `n${need % index}`))],
    }))
    return fc.shuffledSubarray(nodes, { minLength: nodes.length })
  })

const seconds = fc.integer({ min: 1, max: 7_200 }).map((count) => `${count}s`)
const estimates = fc.oneof(
  seconds,
  fc.tuple(fc.nat({ max: 900 }), fc.nat({ max: 900 }), fc.nat({ max: 900 })).map(([best, more, most]) => ({
    best: `${best}s`,
    likely: `${best + more}s`,
    worst: `${best + more + most}s`,
  })),
)

/** Whole authored runbooks over the toys: a graph, parameters that timeouts read, groups, inputs with and without expressions. */
export const authoredRunbooks: fc.Arbitrary<AuthoredRunbook> = fc
  .record({
    nodes: dags,
    patience: seconds,
    estimate: fc.array(estimates, { minLength: 12, maxLength: 12 }),
    attempts: fc.integer({ min: 1, max: 9 }),
    text: fc.string({ unit: 'grapheme', maxLength: 30 }).filter((text) => !text.includes('${')),
    rotates: fc.boolean(),
  })
  .map(({ nodes, patience, estimate, attempts, text, rotates }) => ({
    kind: 'runbook',
    schemaVersion: 1,
    id: 'generated',
    title: 'Generated',
    objectives: { rto: '4h', rpo: '15m' },
    parameters: { 'store-patience': { type: 'duration', default: patience, description: 'Patience.' } },
    groups: [{ id: 'all', title: 'All', budget: '3h' }],
    steps: nodes.map((node, index) => ({
      id: node.id,
      title: `Step ${node.id}`,
      group: 'all',
      needs: [...node.needs],
      action:
        node.needs[0] === undefined
          ? { kind: 'toy-tell', with: { text } }
          : { kind: 'toy-tell', with: { text: `\${ string(size(steps.${node.needs[0]})) }` } },
      retry: { attempts },
      timeout: '${ params.store_patience }',
      estimate: estimate[index] ?? '1s',
    })),
    gate: nodes[0]?.id ?? 'n0',
    protection: {
      backupInterval: '6h',
      archiveInterval: '15m',
      archiveDuration: '1m',
      rotatesEachCycle: rotates,
    },
  }))
