import { z } from 'zod'
import { Notifier } from '../../ports/index.ts'
import { defineAction } from '../define-action.ts'
import { name } from '../support/schemas.ts'

const input = z.strictObject({ channel: name, subject: z.string().max(200), body: z.string().max(10_000) })
type Input = z.infer<typeof input>
const output = z.object({ channel: z.string() })
type Output = z.infer<typeof output>

/** Tells people. What reaches them is the target's matter: drills record, only a recovery sends (D65, D98). */
export const notify = defineAction<Input, Output>({
  kind: 'notify',
  summary: 'Tells stakeholders; in a drill the notice is recorded, not sent.',
  input: input as z.ZodType<Input>,
  output,
  effects: ({ channel }) => ({
    reads: [],
    writes: [`people:${channel}`],
    destroys: [],
    exposes: [`people:${channel}`],
  }),
  capabilities: { required: [], optional: ['notify'] },
  ports: [Notifier.$id],
  traits: ['notifies'],
  estimate: () => ({ bestMs: 100, likelyMs: 1_000, worstMs: 30_000 }),
  *run(given) {
    yield* Notifier.send(given)
    return { channel: given.channel }
  },
})
