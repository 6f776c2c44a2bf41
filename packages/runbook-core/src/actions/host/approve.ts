import { z } from 'zod'
import { OperatingError } from '../../errors/index.ts'
import { defineAction } from '../define-action.ts'

const input = z.strictObject({ question: z.string().min(1).max(500) })
type Input = z.infer<typeof input>
const output = z.object({ by: z.string() })
type Output = z.infer<typeof output>

/** Waits for a person's decision: without one the run pauses (exit 6) and goes on by `resume --approve STEP=NAME`. */
export const approve = defineAction<Input, Output>({
  kind: 'approve',
  summary: 'Asks a person; without an answer the run pauses.',
  input: input as z.ZodType<Input>,
  output,
  effects: () => ({ reads: [], writes: [], destroys: [], exposes: [] }),
  capabilities: { required: [], optional: [] },
  ports: [],
  traits: ['approves'],
  estimate: () => ({ bestMs: 1_000, likelyMs: 300_000, worstMs: 1_800_000 }),
  *run({ question }, { step, approvedBy }) {
    if (approvedBy === null) {
      throw new OperatingError('approval-needed', question, {
        subject: step,
        hint: `Decide, then resume with --approve ${step}=YOUR-NAME.`,
      })
    }
    return { by: approvedBy }
  },
})
