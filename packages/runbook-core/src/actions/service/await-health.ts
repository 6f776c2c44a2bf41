import { z } from 'zod'
import { attempt, sleep, type Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import type { EngineHealth, EngineProbe } from '../../formats/index.ts'
import { Clock, Http, Services } from '../../ports/index.ts'
import type { DatabasePack } from '../database-pack.ts'
import { type ActionDefinition, defineAction } from '../define-action.ts'
import { refuseOtherInstance, refuseStranger, statusOf } from '../support/identity.ts'
import { pollPauseMs } from '../support/polling.ts'
import { milliseconds, name, unitName } from '../support/schemas.ts'

const input = z.strictObject({
  service: unitName,
  endpoint: name,
  /** The process that this run started. */
  invocation: z.string().min(1),
  patienceMs: milliseconds,
  pollMs: milliseconds.min(10).default(200),
})
type Input = z.infer<typeof input>

const output = z.object({
  recordCount: z.number().int(),
  history: z.string().nullable(),
  /** Start-up lines as logged, in order: replay progress and the address served. */
  log: z.array(z.string()),
  waitedMs: z.number().int(),
})
type Output = z.infer<typeof output>

/**
 * Waits until the process that this run started answers healthy and has logged its start-up lines in order; ends early, with its
 * log, when it dies (D51, D52, D54). Another process answering in its place is an error at once.
 */
export function awaitHealth(pack: DatabasePack): ActionDefinition<Input, Output> {
  return defineAction<Input, Output>({
    kind: 'await-health',
    summary: 'Waits, with a deadline, until the service that this run started answers healthy.',
    input: input as z.ZodType<Input>,
    output,
    effects: ({ service }) => ({ reads: [`service:${service}`], writes: [], destroys: [], exposes: [] }),
    capabilities: { required: ['service-manager'], optional: [] },
    ports: [Http.$id, Services.$id, Clock.$id],
    traits: ['validates', 'volatile'],
    estimate: () => ({ bestMs: 1_000, likelyMs: 300_000, worstMs: 1_200_000 }),
    run: (given) => wait(pack.probe, given),
  })
}

function* wait(probe: EngineProbe, given: Input): Task<Output> {
  const started = yield* Clock.drillNow({})
  for (;;) {
    const status = yield* statusOf(given.service)
    refuseStranger(status, given.invocation)
    if (status.state === 'failed' || status.state === 'inactive')
      throw yield* died(given.service, status.state)
    const answer = yield* attempt(probe.health({ endpoint: given.endpoint, timeoutMs: 5_000 }))
    const waitedMs = (yield* Clock.drillNow({})) - started
    if (answer.ok && answer.value.healthy) return yield* healthy(probe, given, answer.value, waitedMs)
    if (waitedMs >= given.patienceMs) {
      const last = answer.ok ? 'it answers, but not healthy' : answer.error.message
      throw new OperatingError(
        'timed-out',
        `${given.service} was not healthy within ${given.patienceMs} ms: ${last}`,
        {
          subject: given.service,
          hint: 'Read its log; a long replay needs a larger start timeout.',
        },
      )
    }
    yield* sleep(pollPauseMs(given.pollMs, waitedMs, given.patienceMs))
  }
}

function* healthy(probe: EngineProbe, given: Input, health: EngineHealth, waitedMs: number): Task<Output> {
  refuseOtherInstance(health, given)
  const lines = yield* Services.log({ name: given.service, linesMax: 1_000 })
  return {
    recordCount: health.recordCount,
    history: health.history,
    log: startupLines(lines, probe.startupLines, given.service),
    waitedMs,
  }
}

/** Every expected line in order, as this start logged it; a missing one means that start-up was not what it seemed. */
function startupLines(lines: readonly string[], expected: readonly string[], service: string): string[] {
  const found: string[] = []
  let from = 0
  for (const pattern of expected) {
    const index = lines.findIndex((line, at) => at >= from && line.includes(pattern))
    if (index < 0) {
      throw new OperatingError('check-failed', `${service} is healthy but never logged "${pattern}"`, {
        subject: service,
      })
    }
    found.push(lines[index] ?? '')
    from = index + 1
  }
  return found
}

function* died(service: string, state: string): Task<OperatingError> {
  const lines = yield* Services.log({ name: service, linesMax: 10 })
  return new OperatingError('service-failed', `${service} is ${state}: ${lines.join(' | ')}`, {
    subject: service,
    retryable: true,
  })
}
