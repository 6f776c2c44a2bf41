import {
  type Checksums,
  formatInstant,
  OperatingError,
  QuestionOfEach,
  recallEach,
} from '@dr-drill/runbook-core'
import { ASSERTION_LIMITS, formatPosition, parsePosition } from '@dr-drill/runbook-core/stemedb'
import { z } from 'zod'
import type { Query, StoredAssertion } from '../query.ts'

/** Most assertions of one page, and how many when nothing is said. */
const LIMIT_MAX = 1000
const LIMIT = 100

const position = z.string().refine((text) => parsePosition(text) !== null, 'is not a position')

const QUERY = z.strictObject({
  concept_path: z.string().min(1).max(ASSERTION_LIMITS.conceptPathBytes),
  predicate: z.string().min(1).max(ASSERTION_LIMITS.predicateBytes).nullish(),
  lens: z.enum(['recency', 'position']).default('recency'),
  limit: z.int().min(1).max(LIMIT_MAX).default(LIMIT),
  cursor: position.nullish(),
})

/** A query of parsed JSON. @throws OperatingError `input-invalid` */
export function parseQuery(input: unknown): Query {
  const parsed = QUERY.safeParse(input)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new OperatingError('input-invalid', `not a query: ${issue?.path.join('.')}: ${issue?.message}`)
  }
  const { concept_path, predicate, lens, limit, cursor } = parsed.data
  return {
    conceptPath: concept_path,
    predicate: predicate ?? null,
    lens,
    limit,
    cursor: cursor == null ? null : parsePosition(cursor),
  }
}

/** Assertions as a query returns them: what was asserted, and position and time of the server. */
export function messagesOf(checksums: Checksums, assertions: readonly StoredAssertion[]): readonly object[] {
  return recallEach(checksums, MESSAGES, assertions, messageOf)
}

const MESSAGES = new QuestionOfEach<StoredAssertion, object>('messages of assertions')

function messageOf({ assertion, position, at }: StoredAssertion): object {
  return { ...assertion, position: formatPosition(position), timestamp: formatInstant(at) }
}
