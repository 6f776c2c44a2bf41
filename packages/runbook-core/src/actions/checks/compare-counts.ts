import { z } from 'zod'
import type { Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { Http, Services } from '../../ports/index.ts'
import type { DatabasePack } from '../database-pack.ts'
import { type ActionDefinition, defineAction } from '../define-action.ts'
import { assertServed } from '../support/identity.ts'
import { name, unitName } from '../support/schemas.ts'

const count = z.number().int().min(0)
const input = z.strictObject({
  service: unitName,
  endpoint: name,
  invocation: z.string().min(1),
  /** Records up to the backup's end, as its manifest says. */
  base: count,
  /** Records beyond the backup's end in the placed log, by our own scan; below zero after an accepted loss. */
  beyond: z.number().int(),
})
type Input = z.infer<typeof input>
const output = z.object({ expected: count, actual: count })
type Output = z.infer<typeof output>

/** Compares the service's count with base plus log as counted independently of it (D52, D55, D56, D96). A missing value fails. */
export function compareCounts(pack: DatabasePack): ActionDefinition<Input, Output> {
  return defineAction<Input, Output>({
    kind: 'compare-counts',
    summary: 'Compares the record count with what our own scan of backup and log says it must be.',
    input: input as z.ZodType<Input>,
    output,
    effects: ({ service }) => ({ reads: [`service:${service}`], writes: [], destroys: [], exposes: [] }),
    capabilities: { required: [], optional: [] },
    ports: [Http.$id, Services.$id],
    traits: ['validates'],
    estimate: () => ({ bestMs: 200, likelyMs: 1_000, worstMs: 10_000 }),
    *run(given): Task<Output> {
      const health = yield* assertServed(pack.probe, given)
      const expected = given.base + given.beyond
      if (health.recordCount !== expected) {
        throw new OperatingError(
          'check-failed',
          `the service holds ${health.recordCount} records; backup and log hold ${expected} (${given.base} in the backup, ${given.beyond} beyond it)`,
          {
            subject: given.service,
            hint: 'Do not let clients in. Compare the readback with the ledger to see which differ.',
          },
        )
      }
      return { expected, actual: health.recordCount }
    },
  })
}
