import { z } from 'zod'
import type { Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { Traffic } from '../../ports/index.ts'
import { defineAction } from '../define-action.ts'
import { name } from '../support/schemas.ts'

const input = z.strictObject({ pool: name, backend: name })
type Input = z.infer<typeof input>
const output = z.object({ before: z.array(z.string()), after: z.array(z.string()) })
type Output = z.infer<typeof output>

/** Lets the load balancer send clients to the restored server, and to nothing else. */
export const switchTraffic = defineAction<Input, Output>({
  kind: 'switch-traffic',
  summary: 'Sends clients to the restored server and sees that the pool holds it alone.',
  input: input as z.ZodType<Input>,
  output,
  effects: ({ pool }) => ({
    reads: [],
    writes: [`traffic:${pool}`],
    destroys: [],
    exposes: [`traffic:${pool}`],
  }),
  capabilities: { required: [], optional: ['traffic'] },
  ports: [Traffic.$id],
  traits: ['exposes'],
  estimate: () => ({ bestMs: 500, likelyMs: 10_000, worstMs: 120_000 }),
  *run({ pool, backend }): Task<Output> {
    const before = yield* Traffic.backends({ pool })
    yield* Traffic.route({ pool, backend })
    const after = yield* Traffic.backends({ pool })
    if (after.length !== 1 || after[0] !== backend) {
      throw new OperatingError(
        'check-failed',
        `pool ${pool} serves ${after.join(', ') || 'nobody'} instead of ${backend}`,
        {
          subject: pool,
          retryable: true,
        },
      )
    }
    return { before: [...before], after: [...after] }
  },
})
