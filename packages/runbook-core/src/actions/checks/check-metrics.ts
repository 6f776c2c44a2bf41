import { z } from 'zod'
import type { Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { Http, Services } from '../../ports/index.ts'
import type { DatabasePack } from '../database-pack.ts'
import { type ActionDefinition, defineAction } from '../define-action.ts'
import { assertServed } from '../support/identity.ts'
import { name, unitName } from '../support/schemas.ts'

const input = z.strictObject({
  service: unitName,
  endpoint: name,
  invocation: z.string().min(1),
  prefix: name,
})
type Input = z.infer<typeof input>
const output = z.object({ metrics: z.number().int() })
type Output = z.infer<typeof output>

/** The service exports metrics under the expected prefix. */
export function checkMetrics(pack: DatabasePack): ActionDefinition<Input, Output> {
  return defineAction<Input, Output>({
    kind: 'check-metrics',
    summary: 'Checks that the service exports its metrics.',
    input: input as z.ZodType<Input>,
    output,
    effects: ({ service }) => ({ reads: [`service:${service}`], writes: [], destroys: [], exposes: [] }),
    capabilities: { required: [], optional: [] },
    ports: [Http.$id, Services.$id],
    traits: ['validates'],
    estimate: () => ({ bestMs: 100, likelyMs: 500, worstMs: 5_000 }),
    *run(given): Task<Output> {
      yield* assertServed(pack.probe, given)
      const names = yield* pack.probe.metrics({ endpoint: given.endpoint, timeoutMs: 10_000 })
      const metrics = names.filter((one) => one.startsWith(given.prefix)).length
      if (metrics === 0) {
        throw new OperatingError('check-failed', `no metric begins with ${given.prefix}`, {
          subject: given.service,
        })
      }
      return { metrics }
    },
  })
}
