import { z } from 'zod'
import type { Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { FileSystem, Services } from '../../ports/index.ts'
import { type ActionContext, defineAction } from '../define-action.ts'
import { Obligations } from '../obligations.ts'
import { statusOf } from '../support/identity.ts'
import { protect } from '../support/protect.ts'
import { absolutePath, protection, unitName } from '../support/schemas.ts'

const input = z.strictObject({
  name: unitName,
  /** Roots the service must be able to read and write; brought to exact owner and modes first (pitfall 3). */
  dataRoots: z.array(absolutePath).default([]),
  protection: protection.nullable().default(null),
})
type Input = z.infer<typeof input>

const output = z.object({
  name: z.string(),
  /** Identity of the process this run started: every later check compares it. */
  invocation: z.string(),
  mended: z.array(z.string()),
})
type Output = z.infer<typeof output>

/**
 * Starts one service anew and remembers which process that is: its configuration takes effect, and what ran already is stopped first.
 * An interrupted run stops it again (it has no clients yet).
 */
export const startService = defineAction<Input, Output>({
  kind: 'start-service',
  summary: 'Starts the service after making sure that it can read its data.',
  input: input as z.ZodType<Input>,
  output,
  effects: ({ name, dataRoots }) => ({
    reads: [],
    writes: [`service:${name}`, ...dataRoots.map((root) => `path:${root}` as const)],
    destroys: [],
    exposes: [],
  }),
  capabilities: { required: ['service-manager'], optional: ['chown'] },
  ports: [Services.$id, FileSystem.$id, Obligations.$id],
  traits: ['starts', 'volatile'],
  estimate: () => ({ bestMs: 500, likelyMs: 10_000, worstMs: 300_000 }),
  run: start,
})

function* start(given: Input, context: ActionContext): Task<Output> {
  const mended = given.protection === null ? [] : yield* protect(given.dataRoots, given.protection, context)
  yield* Obligations.take({
    id: `${context.step}/running`,
    kind: 'service-stop',
    subject: { name: given.name },
    release: 'on-interrupt',
  })
  const before = yield* statusOf(given.name)
  // What runs already was started by somebody else, or by an attempt whose end nobody saw: it may serve other data elsewhere.
  if (before.state !== 'inactive') yield* Services.stop({ name: given.name })
  yield* Services.start({ name: given.name })
  const after = yield* statusOf(given.name)
  if ((after.state !== 'active' && after.state !== 'activating') || after.invocation === null) {
    const lines = yield* Services.log({ name: given.name, linesMax: 5 })
    throw new OperatingError('service-failed', `${given.name} is ${after.state}: ${lines.join(' | ')}`, {
      subject: given.name,
      retryable: true,
    })
  }
  return { name: given.name, invocation: after.invocation, mended: [...mended] }
}
