import { z } from 'zod'
import { sleep, type Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { Clock, Dns } from '../../ports/index.ts'
import { defineAction } from '../define-action.ts'
import { pollPauseMs } from '../support/polling.ts'
import { milliseconds, name } from '../support/schemas.ts'

const input = z.strictObject({
  name,
  /** A reference such as `recovery-host`. */
  address: name,
  ttlMs: milliseconds,
  /** Longer than the old record's TTL. */
  patienceMs: milliseconds,
})
type Input = z.infer<typeof input>
const output = z.object({ resolvers: z.array(z.string()), waitedMs: z.number().int() })
type Output = z.infer<typeof output>

/** Updates the record and waits until every configured resolver answers with it (D60, D95, pitfall 4). */
export const switchDns = defineAction<Input, Output>({
  kind: 'switch-dns',
  summary: 'Points the name at the restored server and waits until every resolver agrees.',
  input: input as z.ZodType<Input>,
  output,
  effects: (given) => ({
    reads: [],
    writes: [`dns:${given.name}`],
    destroys: [],
    exposes: [`dns:${given.name}`],
  }),
  capabilities: { required: [], optional: ['dns'] },
  ports: [Dns.$id, Clock.$id],
  traits: ['exposes'],
  estimate: () => ({ bestMs: 1_000, likelyMs: 300_000, worstMs: 3_600_000 }),
  *run(given): Task<Output> {
    const started = yield* Clock.drillNow({})
    yield* Dns.update({ name: given.name, address: given.address, ttlMs: given.ttlMs })
    for (;;) {
      const answers = yield* Dns.resolve({ name: given.name })
      const behind = answers.filter((one) => one.addresses.length !== 1 || one.addresses[0] !== given.address)
      const waitedMs = (yield* Clock.drillNow({})) - started
      if (answers.length > 0 && behind.length === 0)
        return { resolvers: answers.map((one) => one.resolver), waitedMs }
      if (waitedMs >= given.patienceMs) {
        const who = behind.map((one) => one.resolver).join(', ') || 'no resolver is configured'
        throw new OperatingError('timed-out', `${given.name} is not updated everywhere: ${who}`, {
          subject: given.name,
        })
      }
      yield* sleep(pollPauseMs(200, waitedMs, given.patienceMs))
    }
  },
})
