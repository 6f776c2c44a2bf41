import { z } from 'zod'
import type { Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { Http, Services } from '../../ports/index.ts'
import { utf8Encode } from '../../text/utf8.ts'
import type { DatabasePack } from '../database-pack.ts'
import { type ActionContext, type ActionDefinition, defineAction } from '../define-action.ts'
import { assertServed } from '../support/identity.ts'
import { name, unitName } from '../support/schemas.ts'

const input = z.strictObject({ service: unitName, endpoint: name, invocation: z.string().min(1) })
type Input = z.infer<typeof input>
const output = z.object({
  /** Excluded from every later comparison by this key alone (D59). */
  key: z.string(),
  position: z.string(),
})
type Output = z.infer<typeof output>

/** Writes one record under a key derived from this run, so that a retry writes no second one, and lists it (D59). */
export function writeProbe(pack: DatabasePack): ActionDefinition<Input, Output> {
  return defineAction<Input, Output>({
    kind: 'write-probe',
    summary: 'Writes one record under a key of this run and lists that key for exclusion.',
    input: input as z.ZodType<Input>,
    output,
    effects: ({ service }) => ({ reads: [], writes: [`service:${service}`], destroys: [], exposes: [] }),
    capabilities: { required: [], optional: [] },
    ports: [Http.$id, Services.$id],
    traits: ['validates', 'probes-by-writing'],
    estimate: () => ({ bestMs: 100, likelyMs: 1_000, worstMs: 10_000 }),
    *run(given, context: ActionContext): Task<Output> {
      yield* assertServed(pack.probe, given)
      // Not the idempotency key: it changes with the process that a resume starts, and a second key would be a second record.
      const key = `dr-probe-${context.checksums.sha256Hex(utf8Encode(`${context.runId}/${context.step}`)).slice(0, 32)}`
      const written = yield* pack.probe.write({ endpoint: given.endpoint, key, timeoutMs: 10_000 })
      if (written.key !== key) {
        throw new OperatingError('check-failed', `the service stored ${key} under another key`, {
          subject: given.service,
          hint: 'A record that cannot be told from restored ones was written: do not let clients in.',
        })
      }
      return { key: written.key, position: written.position }
    },
  })
}
