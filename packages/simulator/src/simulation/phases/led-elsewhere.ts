import type { Json, JudgedRun } from '@dr-drill/runbook-core'
import type { Surroundings } from '../../surroundings/index.ts'

/**
 * Where clients are led elsewhere than the run says, in words: pools and names that a step has switched, by its own word, against what
 * balancer and zone hold.
 */
export function ledElsewhere({ record, runbook }: JudgedRun, around: Surroundings): readonly string[] {
  return runbook.steps.flatMap(({ id, action }) => {
    const step = record.steps.get(id)
    if (step?.status !== 'succeeded') return []
    const given = textsOf(step.input)
    if (action.kind === 'switch-traffic')
      return differs('pool', given.pool, given.backend, (pool) => around.balancer.destinationOf(pool))
    if (action.kind === 'switch-dns')
      return differs('name', given.name, given.address, (name) => around.names.recordOf(name).address)
    return []
  })
}

const textsOf = (input: Json): Readonly<Record<string, unknown>> =>
  typeof input === 'object' && input !== null ? (input as Readonly<Record<string, unknown>>) : {}

function differs(what: string, key: unknown, said: unknown, leadsTo: (key: string) => string): string[] {
  if (typeof key !== 'string') return []
  const actual = leadsTo(key)
  return actual === said ? [] : [`${what} ${key} leads to ${actual}, not to ${said}`]
}
