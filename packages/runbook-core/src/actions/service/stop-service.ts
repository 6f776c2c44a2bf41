import { z } from 'zod'
import { Services } from '../../ports/index.ts'
import { defineAction } from '../define-action.ts'
import { unitName } from '../support/schemas.ts'

const input = z.strictObject({ names: z.array(unitName).min(1) })
type Input = z.infer<typeof input>
const output = z.object({ stopped: z.array(z.string()), absent: z.array(z.string()) })
type Output = z.infer<typeof output>

/** Stops and disables units, timers first, so that nothing writes while data is placed (D19). Absent ones are fine. */
export const stopService = defineAction<Input, Output>({
  kind: 'stop-service',
  summary: 'Stops and disables units, so that nothing writes while data is placed.',
  input: input as z.ZodType<Input>,
  output,
  effects: ({ names }) => ({
    reads: [],
    writes: names.map((one) => `service:${one}` as const),
    destroys: [],
    exposes: [],
  }),
  capabilities: { required: ['service-manager'], optional: [] },
  ports: [Services.$id],
  traits: ['stops'],
  estimate: () => ({ bestMs: 500, likelyMs: 5_000, worstMs: 90_000 }),
  *run({ names }) {
    const statuses = yield* Services.status({ names })
    const timersFirst = [...statuses].sort(
      (a, b) => Number(b.name.endsWith('.timer')) - Number(a.name.endsWith('.timer')),
    )
    const stopped: string[] = []
    const absent: string[] = []
    for (const status of timersFirst) {
      if (!status.installed) {
        absent.push(status.name)
        continue
      }
      if (status.enabled) yield* Services.disable({ name: status.name })
      if (status.state !== 'inactive') yield* Services.stop({ name: status.name })
      stopped.push(status.name)
    }
    return { stopped, absent }
  },
})
