import { z } from 'zod'
import { sleep, type Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { Clock, Dns, Log, Random } from '../../ports/index.ts'
import { defineAction } from '../define-action.ts'
import { patienceOf, patiently } from '../support/patience.ts'
import { pollPauseMs } from '../support/polling.ts'
import { milliseconds, name as nameField } from '../support/schemas.ts'

const input = z.strictObject({
  name: nameField,
  /** A reference such as `recovery-host`. */
  address: nameField,
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
  ports: [Dns.$id, Clock.$id, Log.$id, Random.$id],
  traits: ['exposes'],
  estimate: () => ({ bestMs: 1_000, likelyMs: 300_000, worstMs: 3_600_000 }),
  *run(given): Task<Output> {
    const started = yield* Clock.drillNow({})
    const { name, address, ttlMs } = given
    // A name service that is away for a while costs time, not the restore.
    const ask = <A>(task: () => Task<A>): Task<A> =>
      patiently(patienceOf(given.patienceMs), `the name service of ${name}`, task)
    yield* ask(() => Dns.update({ name, address, ttlMs }))
    for (;;) {
      const answers = yield* ask(() => Dns.resolve({ name }))
      const behind = answers.filter((one) => one.addresses.length !== 1 || one.addresses[0] !== address)
      const waitedMs = (yield* Clock.drillNow({})) - started
      if (answers.length > 0 && behind.length === 0)
        return { resolvers: answers.map((one) => one.resolver), waitedMs }
      if (waitedMs >= given.patienceMs) {
        const who = behind.map((one) => one.resolver).join(', ') || 'no resolver is configured'
        throw new OperatingError('timed-out', `${name} is not updated everywhere: ${who}`, {
          subject: name,
        })
      }
      yield* sleep(pollPauseMs(200, waitedMs, given.patienceMs))
    }
  },
})
