import { z } from 'zod'
import type { Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { Services } from '../../ports/index.ts'
import { defineAction } from '../define-action.ts'
import { unitName } from '../support/schemas.ts'

const input = z.strictObject({
  timers: z.array(unitName).min(1),
  /** Also enabled, so that it comes back after a reboot (D47). */
  service: unitName,
})
type Input = z.infer<typeof input>
const output = z.object({ timers: z.array(z.object({ name: z.string(), nextElapseAt: z.number().int() })) })
type Output = z.infer<typeof output>

/** Enables and starts timers and sees each active with a next elapse; listed is not working (D46, D47, D61, D64). */
export const enableTimers = defineAction<Input, Output>({
  kind: 'enable-timers',
  summary: 'Enables the timers that protect the data and sees that each will run.',
  input: input as z.ZodType<Input>,
  output,
  effects: ({ timers, service }) => ({
    reads: [],
    writes: [...timers, service].map((one) => `service:${one}` as const),
    destroys: [],
    exposes: [],
  }),
  capabilities: { required: ['service-manager'], optional: [] },
  ports: [Services.$id],
  traits: ['protects', 'volatile'],
  estimate: () => ({ bestMs: 200, likelyMs: 1_000, worstMs: 10_000 }),
  *run({ timers, service }): Task<Output> {
    yield* Services.enable({ name: service })
    for (const name of timers) {
      yield* Services.enable({ name })
      yield* Services.start({ name })
    }
    const [served, ...statuses] = yield* Services.status({ names: [service, ...timers] })
    if (served?.enabled !== true) {
      throw new OperatingError('check-failed', `${service} would not come back after a reboot`, {
        subject: service,
      })
    }
    const found = statuses.map((status) => {
      if (status.state !== 'active' || !status.enabled || status.nextElapseAt === null) {
        const wants = status.enabled ? 'has no next run' : 'is not enabled'
        throw new OperatingError('check-failed', `${status.name} is ${status.state} and ${wants}`, {
          subject: status.name,
        })
      }
      return { name: status.name, nextElapseAt: status.nextElapseAt }
    })
    return { timers: found }
  },
})
