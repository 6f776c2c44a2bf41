import { OperatingError } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import type { ToyStep } from './toy-runbook.ts'
import type { Script } from './toy-world.ts'

export interface ToyCase {
  readonly steps: readonly ToyStep[]
  readonly scripts: Readonly<Record<string, readonly Script[]>>
  readonly concurrency: number
}

/** Graphs of up to 14 steps; each needs some of those before it. A `failing` in 100 of the steps fails, retryably or not. */
export function arbitraryCase(failing: number): fc.Arbitrary<ToyCase> {
  const node = fc.record({
    needs: fc.array(fc.nat({ max: 13 }), { maxLength: 4 }),
    ms: fc.nat({ max: 40 }),
    acknowledgeMs: fc.nat({ max: 10 }),
    fate: fc.nat({ max: 99 }),
    skipped: fc.nat({ max: 9 }),
  })
  return fc
    .record({
      nodes: fc.array(node, { minLength: 1, maxLength: 14 }),
      concurrency: fc.integer({ min: 1, max: 4 }),
    })
    .map(({ nodes, concurrency }) => ({ ...build(nodes, failing), concurrency }))
}

interface Node {
  readonly needs: readonly number[]
  readonly ms: number
  readonly acknowledgeMs: number
  readonly fate: number
  readonly skipped: number
}

function build(nodes: readonly Node[], failing: number): Omit<ToyCase, 'concurrency'> {
  const steps = nodes.map((node, index): ToyStep => {
    const needs = index === 0 ? [] : [...new Set(node.needs.map((need) => `s${need % index}`))]
    const when = node.skipped === 0 ? { source: 'false', steps: [], params: [], evaluate: () => false } : null
    return { id: `s${index}`, needs, when, retry: { attemptsMax: 2, delayMs: 10, delayMsMax: 20 } }
  })
  const scripts = nodes.map((node, index): [string, readonly Script[]] => {
    const { ms, acknowledgeMs } = node
    const good = { ms, acknowledgeMs, output: { index } }
    if (node.fate >= failing) return [`s${index}`, [good]]
    const retryable = node.fate % 2 === 0
    return [`s${index}`, [{ ...good, error: errorOf(retryable) }, good]]
  })
  return { steps, scripts: Object.fromEntries(scripts) }
}

function errorOf(retryable: boolean): () => Error {
  return () => new OperatingError(retryable ? 'connection-failed' : 'disk-full', 'as drawn')
}
