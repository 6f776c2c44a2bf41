import { z } from 'zod'
import { FileSystem } from '../../ports/index.ts'
import { defineAction } from '../define-action.ts'
import { protect } from '../support/protect.ts'
import { absolutePath, protection } from '../support/schemas.ts'

const input = z.strictObject({ roots: z.array(absolutePath).min(1), protection })
type Input = z.infer<typeof input>
const output = z.object({ mended: z.array(z.string()) })
type Output = z.infer<typeof output>

/** Exact owner and modes of everything below some roots; only what differs is touched (pitfall 3, D93, D94). */
export const setOwnership = defineAction<Input, Output>({
  kind: 'set-ownership',
  summary: 'Brings placed data to exact owner and modes.',
  input: input as z.ZodType<Input>,
  output,
  effects: ({ roots }) => {
    const paths = roots.map((root) => `path:${root}` as const)
    return { reads: paths, writes: paths, destroys: [], exposes: [] }
  },
  capabilities: { required: [], optional: ['chown'] },
  ports: [FileSystem.$id],
  traits: ['protects-files'],
  estimate: () => ({ bestMs: 500, likelyMs: 2_000, worstMs: 30_000 }),
  *run(given, context) {
    return { mended: [...(yield* protect(given.roots, given.protection, context))] }
  },
})
