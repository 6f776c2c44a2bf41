import { z } from 'zod'
import { type Checksums, Question, QuestionOfEach, recall, recallEach } from '../../checksums/index.ts'
import type { Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import type { ReadbackRecord } from '../../formats/index.ts'
import { canonicalJsonBytes } from '../../text/canonical-json.ts'
import { formatPosition, parsePosition } from '../record/index.ts'
import { type ApiCall, askPost, checked, invalid, jsonOf, parsed } from './ask.ts'

const PATH = '/v1/query'

/** What one assertion of an answer is read as: its content digest is computed here, never taken from the server. */
export interface QueriedRecord extends ReadbackRecord {
  readonly position: number
}

/** One page of a query by position. */
export interface QueriedPage {
  readonly records: readonly QueriedRecord[]
  /** The position after which the next page begins; null at the end. */
  readonly cursor: number | null
}

const positionValue = z.string().transform((text, context) => {
  const position = parsePosition(text)
  if (position !== null) return position
  context.addIssue({ code: 'custom', message: 'not a position' })
  return z.NEVER
})

const assertion = z.looseObject({ id: z.string(), position: positionValue })
/** Each of them is looked at by itself: a list of thousands is not copied first. */
const list = z.custom<readonly unknown[]>((value) => Array.isArray(value), 'Invalid input: expected array')
const page = z.object({ assertions: list, cursor: positionValue.nullable() })
const anyPage = z.object({ assertions: z.array(z.unknown()) })

/** The fields of an assertion that its writer chose: what the content digest is about. */
const CONTENT = ['id', 'concept_path', 'predicate', 'value', 'confidence', 'authority_tier'] as const

/** Asks for a page of all assertions in the order of their positions. @throws OperatingError `response-invalid` */
export function* queryPage(
  checksums: Checksums,
  call: ApiCall,
  input: { readonly after: number | null; readonly limit: number },
): Task<QueriedPage> {
  const { after, limit } = input
  const cursor = after === null ? null : formatPosition(after)
  const body = { concept_path: '*', lens: 'position', limit, cursor }
  const json = jsonOf(call, PATH, yield* askPost(call, PATH, body))
  const answer = checked(call, PATH, json, page)
  const { assertions } = answer
  const records = recall(checksums, RECORDS, assertions, () => recordsOf(checksums, call, assertions))
  const [first, last] = [records[0], records.at(-1)?.position ?? after ?? 0]
  if (first !== undefined && first.position <= (after ?? 0)) throw disordered(call)
  // A cursor that does not move would have the reader ask for ever.
  if (answer.cursor !== null && (answer.cursor < last || answer.cursor <= (after ?? 0))) {
    throw invalid(call, PATH, 'the cursor does not advance')
  }
  return { records, cursor: answer.cursor }
}

const RECORDS = new Question<readonly QueriedRecord[]>('records of a page')
const RECORD = new QuestionOfEach<unknown, QueriedRecord>('records of an answer')

function recordsOf(
  checksums: Checksums,
  call: ApiCall,
  assertions: readonly unknown[],
): readonly QueriedRecord[] {
  const records = recallEach(checksums, RECORD, assertions, (value, index) =>
    recordOf(checksums, call, value, index),
  )
  let last = 0
  for (const { position } of records) {
    if (position <= last) throw disordered(call)
    last = position
  }
  return records
}

function recordOf(checksums: Checksums, call: ApiCall, value: unknown, index: number): QueriedRecord {
  const found = assertion.safeParse(value)
  if (!found.success) {
    const issue = found.error.issues[0]
    const where = ['assertions', index, ...(issue?.path ?? [])].join('.')
    throw invalid(call, PATH, `${where}: ${issue?.message ?? 'another shape'}`)
  }
  const { id, position } = found.data
  return { key: id, digest: contentDigest(checksums, call, found.data), position }
}

const disordered = (call: ApiCall) => invalid(call, PATH, 'positions do not ascend')

/** A query whose answer only has to have the documented shape, empty or not. @throws OperatingError `response-invalid` */
export function* queryAnything(call: ApiCall, conceptPath: string): Task<void> {
  const body = { concept_path: conceptPath, lens: 'recency', limit: 1 }
  parsed(call, PATH, yield* askPost(call, PATH, body), anyPage)
}

/** A field that the server altered or dropped changes the digest; fields that it adds do not. */
function contentDigest(checksums: Checksums, call: ApiCall, assertion: Record<string, unknown>): string {
  const content = Object.fromEntries(
    CONTENT.filter((field) => assertion[field] !== undefined).map((field) => [field, assertion[field]]),
  )
  try {
    return checksums.sha256Hex(canonicalJsonBytes(content))
  } catch (error) {
    if (error instanceof OperatingError) throw invalid(call, PATH, error.message)
    throw error
  }
}
