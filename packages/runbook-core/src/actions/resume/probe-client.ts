import { z } from 'zod'
import type { Task } from '../../effects/index.ts'
import { Clock, Http, Log, Random, Services } from '../../ports/index.ts'
import type { DatabasePack } from '../database-pack.ts'
import { type ActionDefinition, defineAction } from '../define-action.ts'
import { assertServed } from '../support/identity.ts'
import { patienceOf, patiently } from '../support/patience.ts'
import { milliseconds, name, unitName } from '../support/schemas.ts'

const input = z.strictObject({
  /** The endpoint as clients reach it. */
  endpoint: name,
  subject: name,
  patienceMs: milliseconds,
  /** The process that must be the one that answers; null: whoever answers. */
  servedBy: z
    .strictObject({ service: unitName, invocation: z.string().min(1) })
    .nullable()
    .default(null),
})
type Input = z.infer<typeof input>
const output = z.object({ answered: z.boolean() })
type Output = z.infer<typeof output>

/**
 * Asks as a client does, after the gate: the first answer is when service is restored (contracts: `restoredAt`), provided that the
 * restored server gave it and no other.
 */
export function probeClient(pack: DatabasePack): ActionDefinition<Input, Output> {
  return defineAction<Input, Output>({
    kind: 'probe-client',
    summary: 'Asks the restored service the way its clients do.',
    input: input as z.ZodType<Input>,
    output,
    effects: ({ endpoint, servedBy }) => ({
      reads: [`endpoint:${endpoint}`, ...(servedBy === null ? [] : [`service:${servedBy.service}` as const])],
      writes: [],
      destroys: [],
      exposes: [],
    }),
    capabilities: { required: [], optional: [] },
    ports: [Http.$id, Services.$id, Clock.$id, Log.$id, Random.$id],
    traits: ['answers-clients'],
    estimate: () => ({ bestMs: 100, likelyMs: 1_000, worstMs: 60_000 }),
    *run(given): Task<Output> {
      yield* patiently(patienceOf(given.patienceMs), `endpoint "${given.endpoint}"`, () =>
        pack.probe.query({ endpoint: given.endpoint, subject: given.subject, timeoutMs: 10_000 }),
      )
      if (given.servedBy !== null)
        yield* assertServed(pack.probe, { ...given.servedBy, endpoint: given.endpoint })
      return { answered: true }
    },
  })
}
