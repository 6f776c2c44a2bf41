import { z } from 'zod'
import { sleep, type Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { Alerts, Clock, Log, Random } from '../../ports/index.ts'
import { defineAction } from '../define-action.ts'
import { patienceOf, patiently } from '../support/patience.ts'
import { pollPauseMs } from '../support/polling.ts'
import { milliseconds, name } from '../support/schemas.ts'

const input = z.strictObject({
  /** Must be scraped: an empty list of alerts from a monitoring that lost its target proves nothing (D97). */
  target: name,
  /** Fire for a while after any restore; anything else that fires fails the check. */
  expected: z.array(name).default([]),
  patienceMs: milliseconds,
})
type Input = z.infer<typeof input>
const output = z.object({ firing: z.array(z.string()), targetUp: z.boolean() })
type Output = z.infer<typeof output>

/** Monitoring sees the restored server, and nothing unexpected fires (D97). */
export const checkAlerts = defineAction<Input, Output>({
  kind: 'check-alerts',
  summary: 'Checks that monitoring sees the restored server and that no unexpected alert fires.',
  input: input as z.ZodType<Input>,
  output,
  effects: () => ({ reads: ['alerts:all'], writes: [], destroys: [], exposes: [] }),
  capabilities: { required: [], optional: ['alerts'] },
  ports: [Alerts.$id, Clock.$id, Log.$id, Random.$id],
  traits: ['validates'],
  estimate: () => ({ bestMs: 500, likelyMs: 30_000, worstMs: 300_000 }),
  *run(given): Task<Output> {
    const started = yield* Clock.drillNow({})
    const ask = <A>(task: () => Task<A>): Task<A> =>
      patiently(patienceOf(given.patienceMs), 'monitoring', task)
    for (;;) {
      const targets = yield* ask(() => Alerts.targets({}))
      const firing = (yield* ask(() => Alerts.firing({}))).map((alert) => alert.name)
      const targetUp = targets.some((target) => target.name === given.target && target.up)
      const unexpected = firing.filter((one) => !given.expected.includes(one))
      if (targetUp && unexpected.length === 0) return { firing: [...firing], targetUp }
      const waitedMs = (yield* Clock.drillNow({})) - started
      if (waitedMs >= given.patienceMs) {
        const why = targetUp
          ? `unexpected alerts fire: ${unexpected.join(', ')}`
          : `monitoring does not see ${given.target}`
        throw new OperatingError('check-failed', why, { subject: given.target })
      }
      yield* sleep(pollPauseMs(500, waitedMs, given.patienceMs))
    }
  },
})
