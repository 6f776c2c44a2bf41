import { z } from 'zod'
import type { Checksums } from '../../checksums/index.ts'
import type { Task } from '../../effects/index.ts'
import type { EngineHealth, EngineProbe } from '../../formats/index.ts'
import { formatPosition, parsePosition, requirePosition } from '../record/index.ts'
import { get, parsed, tellPost } from './ask.ts'
import { queryAnything, queryPage } from './query-page.ts'

const health = z.object({
  status: z.string(),
  assertion_count: z.int().min(0),
  wal_segments: z.int().min(0),
  uptime_seconds: z.number().min(0),
  instance: z.string().nullable().default(null),
  history: z.string().nullable().default(null),
})

const written = z.object({
  id: z.string(),
  position: z
    .union([z.int().min(1).transform(formatPosition), z.string()])
    .refine((text) => parsePosition(text) !== null, 'not a position'),
})

const METRIC_NAME = /^([a-zA-Z_:][a-zA-Z0-9_:]*)[{ ]/

/** Talks to StemeDB's API (seed-facts C.7), for the checks of a restore. */
export function stemedbProbe(checksums: Checksums): EngineProbe {
  return {
    // Word for word as seed-facts C.6 prints them; counts and addresses differ.
    startupLines: [
      'Starting WAL recovery...',
      'entries from WAL',
      'Rebuilding indexes...',
      'Startup complete, listening on ',
    ],
    *health(call): Task<EngineHealth> {
      const answer = parsed(call, '/v1/health', yield* get(call, '/v1/health'), health)
      return {
        healthy: answer.status === 'healthy',
        recordCount: answer.assertion_count,
        instance: answer.instance,
        history: answer.history,
        uptimeMs: Math.floor(answer.uptime_seconds * 1000),
      }
    },
    *recordAt({ position, ...call }) {
      const wanted = requirePosition(position)
      const { records } = yield* queryPage(checksums, call, { after: wanted - 1, limit: 1 })
      const [record] = records
      return record?.position === wanted ? { key: record.key, digest: record.digest } : null
    },
    *query({ subject, ...call }) {
      yield* queryAnything(call, subject)
    },
    *write({ key, ...call }) {
      // The seed's own test write, under a key of the run: the same key again is the same assertion.
      const body = {
        id: key,
        concept_path: 'test/dr_validation',
        predicate: 'restored',
        value: true,
        confidence: 1,
        authority_tier: 'expert',
      }
      const answer = parsed(call, '/v1/assert', yield* tellPost(call, '/v1/assert', body), written)
      return { key: answer.id, position: answer.position }
    },
    *metrics(call) {
      const { text } = yield* get(call, '/metrics')
      const names = text.split('\n').map((line) => METRIC_NAME.exec(line)?.[1])
      return [...new Set(names.filter((name) => name !== undefined))]
    },
  }
}
