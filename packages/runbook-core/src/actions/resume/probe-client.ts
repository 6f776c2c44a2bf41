import { z } from 'zod'
import type { Task } from '../../effects/index.ts'
import { Clock, Http, Log, Random } from '../../ports/index.ts'
import type { DatabasePack } from '../database-pack.ts'
import { type ActionDefinition, defineAction } from '../define-action.ts'
import { patienceOf, patiently } from '../support/patience.ts'
import { milliseconds, name } from '../support/schemas.ts'

const input = z.strictObject({
  /** The endpoint as clients reach it. */
  endpoint: name,
  subject: name,
  patienceMs: milliseconds,
})
type Input = z.infer<typeof input>
const output = z.object({ answered: z.boolean() })
type Output = z.infer<typeof output>

/** Asks as a client does, after the gate: the first answer is when service is restored (contracts: `restoredAt`). */
export function probeClient(pack: DatabasePack): ActionDefinition<Input, Output> {
  return defineAction<Input, Output>({
    kind: 'probe-client',
    summary: 'Asks the restored service the way its clients do.',
    input: input as z.ZodType<Input>,
    output,
    effects: ({ endpoint }) => ({ reads: [`endpoint:${endpoint}`], writes: [], destroys: [], exposes: [] }),
    capabilities: { required: [], optional: [] },
    ports: [Http.$id, Clock.$id, Log.$id, Random.$id],
    traits: ['answers-clients'],
    estimate: () => ({ bestMs: 100, likelyMs: 1_000, worstMs: 60_000 }),
    *run(given): Task<Output> {
      yield* patiently(patienceOf(given.patienceMs), `endpoint "${given.endpoint}"`, () =>
        pack.probe.query({ endpoint: given.endpoint, subject: given.subject, timeoutMs: 10_000 }),
      )
      return { answered: true }
    },
  })
}
