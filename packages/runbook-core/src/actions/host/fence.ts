import { z } from 'zod'
import { Traffic } from '../../ports/index.ts'
import { defineAction } from '../define-action.ts'
import { Obligations } from '../obligations.ts'
import { name } from '../support/schemas.ts'

const input = z.strictObject({ host: name })
type Input = z.infer<typeof input>
const output = z.object({ host: z.string(), proof: z.string() })
type Output = z.infer<typeof output>

/**
 * Keeps the old primary from serving and archiving before anything is read: else it goes on writing into the same archive
 * (D36, D50). The fence stays until the run has restored or is abandoned.
 */
export const fence = defineAction<Input, Output>({
  kind: 'fence',
  summary: 'Fences the old primary, so that it neither serves nor archives any more.',
  input: input as z.ZodType<Input>,
  output,
  effects: ({ host }) => ({ reads: [], writes: [`host:${host}`], destroys: [], exposes: [] }),
  capabilities: { required: [], optional: ['traffic'] },
  ports: [Traffic.$id, Obligations.$id],
  traits: ['fences'],
  estimate: () => ({ bestMs: 1_000, likelyMs: 10_000, worstMs: 120_000 }),
  *run({ host }, context) {
    yield* Obligations.take({
      id: `${context.step}/fence`,
      kind: 'fence-kept',
      subject: { host },
      release: 'keep-until-restored',
    })
    const { proof } = yield* Traffic.fence({ host })
    return { host, proof }
  },
})
