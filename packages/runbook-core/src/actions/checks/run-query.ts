import { z } from 'zod'
import type { Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { FileSystem, Http, Services } from '../../ports/index.ts'
import type { DatabasePack } from '../database-pack.ts'
import { type ActionDefinition, defineAction } from '../define-action.ts'
import { below } from '../support/files.ts'
import { assertServed } from '../support/identity.ts'
import { absolutePath, name, unitName } from '../support/schemas.ts'

const input = z.strictObject({
  service: unitName,
  endpoint: name,
  invocation: z.string().min(1),
  /** Where the log was placed. */
  directory: absolutePath,
  /** Placed segments to take known records from, oldest first. */
  segments: z.array(z.object({ fileName: name, firstPosition: z.string(), lastPosition: z.string() })),
  /** A subject that must be answered even when nothing matches. */
  subject: name,
})
type Input = z.infer<typeof input>
const output = z.object({ compared: z.number().int(), subject: z.string() })
type Output = z.infer<typeof output>

/** Segments sampled: the newest ones tell whether replay reached the end. */
const SEGMENTS_MAX = 8

/**
 * Asks the service for records that our own reading of the placed log knows, and compares their content; the first and last of a
 * segment, the newest segments first. An empty answer is a failure (D57, D58, D76).
 */
export function runQuery(pack: DatabasePack): ActionDefinition<Input, Output> {
  return defineAction<Input, Output>({
    kind: 'run-query',
    summary: 'Asks for records known from the placed log and compares their content.',
    input: input as z.ZodType<Input>,
    output,
    effects: ({ service, directory }) => ({
      reads: [`service:${service}`, `path:${directory}`],
      writes: [],
      destroys: [],
      exposes: [],
    }),
    capabilities: { required: [], optional: [] },
    ports: [Http.$id, Services.$id, FileSystem.$id],
    traits: ['validates'],
    estimate: () => ({ bestMs: 200, likelyMs: 2_000, worstMs: 30_000 }),
    run: (given) => ask(pack, given),
  })
}

function* ask(pack: DatabasePack, given: Input): Task<Output> {
  yield* assertServed(pack.probe, given)
  yield* pack.probe.query({ endpoint: given.endpoint, subject: given.subject, timeoutMs: 10_000 })
  let compared = 0
  for (const segment of given.segments.slice(-SEGMENTS_MAX).reverse()) {
    const positions = [...new Set([segment.firstPosition, segment.lastPosition])]
    for (const known of yield* pack.records.recordsAt({
      path: below(given.directory, segment.fileName),
      positions,
    })) {
      const answer = yield* pack.probe.recordAt({
        endpoint: given.endpoint,
        position: known.position,
        timeoutMs: 10_000,
      })
      if (answer === null || answer.key !== known.record.key || answer.digest !== known.record.digest) {
        throw new OperatingError(
          'check-failed',
          `record ${known.record.key} at position ${known.position} ${answer === null ? 'is not served' : 'is served with other content'}`,
          { subject: given.service, hint: 'Do not let clients in: what is served is not what was placed.' },
        )
      }
      compared += 1
    }
  }
  return { compared, subject: given.subject }
}
