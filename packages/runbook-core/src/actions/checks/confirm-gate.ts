import { z } from 'zod'
import { OperatingError } from '../../errors/index.ts'
import { defineAction } from '../define-action.ts'

const input = z.strictObject({
  /** Facts by name; each must be true, and a gate that asks for none would be no gate. */
  facts: z
    .record(z.string(), z.boolean())
    .refine((facts) => Object.keys(facts).length > 0, 'at least one fact, or the gate proves nothing'),
})
type Input = z.infer<typeof input>
const output = z.object({ confirmed: z.array(z.string()) })
type Output = z.infer<typeof output>

/** The one place where it is decided that clients may come: every fact that it needs is named and true (D43, I8). */
export const confirmGate = defineAction<Input, Output>({
  kind: 'confirm-gate',
  summary: 'Lets clients in only when every named fact is true.',
  input: input as z.ZodType<Input>,
  output,
  effects: () => ({ reads: [], writes: [], destroys: [], exposes: [] }),
  capabilities: { required: [], optional: [] },
  ports: [],
  traits: ['gate', 'validates'],
  estimate: () => ({ bestMs: 1, likelyMs: 10, worstMs: 100 }),
  *run({ facts }) {
    const missing = Object.entries(facts).filter(([, holds]) => !holds)
    if (missing.length > 0) {
      throw new OperatingError(
        'check-failed',
        `the gate stays shut: not true: ${missing.map(([fact]) => fact).join(', ')}`,
      )
    }
    return { confirmed: Object.keys(facts) }
  },
})
