import {
  type Checksums,
  Question,
  QuestionOfEach,
  recall,
  recallEach,
  type Task,
} from '@dr-drill/runbook-core'
import { type Assertion, decodeAssertion, type Frame } from '@dr-drill/runbook-core/stemedb'
import { ChainName, ListChain } from '../memory/list-chain.ts'
import { rootOf } from './position-table.ts'
import type { RecordFiles } from './record-files.ts'
import type { RecordIndex } from './record-index.ts'

/** What is asked. */
export interface Query {
  /** A path; `*` for all; a path that ends in `/*` for everything below it. */
  readonly conceptPath: string
  /** Null: any. */
  readonly predicate: string | null
  /** `recency`: newest first. `position`: oldest first, as the log has them. */
  readonly lens: 'recency' | 'position'
  /** Most assertions of one page. */
  readonly limit: number
  /** Where the page before ended; null for the first page. */
  readonly cursor: number | null
}

/** An assertion with what the server added. */
export interface StoredAssertion {
  readonly assertion: Assertion
  readonly position: number
  /** Server time, ms. */
  readonly at: number
}

/** One page of an answer. */
export interface QueryPage {
  readonly assertions: readonly StoredAssertion[]
  /** Goes into the next query; null at the end. A page may have fewer than `limit` assertions, even none, and a cursor. */
  readonly cursor: number | null
  /** Bytes of the records in their files. */
  readonly sizeBytes: number
}

/** Most consecutive records read at once. */
const RUN_RECORDS = 1024
/** A page ends when it holds this many bytes, or when this many were read to find what matches. */
const PAGE_BYTES = 1 << 20
const EXAMINED_BYTES = 64 << 20

/** Answers one page from the records that were durable when it began. */
export function* answerQuery(
  checksums: Checksums,
  index: RecordIndex,
  files: RecordFiles,
  query: Query,
): Task<QueryPage> {
  const count = index.count
  const step = query.lens === 'recency' ? -1 : 1
  const concerns = candidateFilter(index, query.conceptPath)
  let page = ListChain.empty(checksums, PAGES)
  let [pageBytes, examined] = [0, 0]
  let position = firstCandidate(query, count)
  while (position >= 1 && position <= count) {
    if (!concerns(position)) {
      position += step
      continue
    }
    let far = position
    const wanted = matchesAll(query) ? Math.min(RUN_RECORDS, query.limit - page.length) : RUN_RECORDS
    while (Math.abs(far - position) + 1 < wanted && inside(far + step, count) && concerns(far + step))
      far += step
    const frames = yield* readRun(files, position, far)
    if (matchesAll(query) && query.lens === 'position') {
      const run = storedRun(checksums, frames)
      if (page.length + run.stored.length <= query.limit && pageBytes + run.sizeBytes < PAGE_BYTES) {
        page = page.with(run.stored)
        pageBytes += run.sizeBytes
        position += run.stored.length
        if (page.length === query.limit) break
        continue
      }
    }
    const some: StoredAssertion[] = []
    for (const frame of frames) {
      position = frame.position + step
      examined += frame.bytes.length
      const assertion = decodeAssertion(frame.body)
      if (!matches(query, assertion)) continue
      some.push({ assertion, position: frame.position, at: frame.at })
      pageBytes += frame.bytes.length
      if (page.length + some.length === query.limit || pageBytes >= PAGE_BYTES) break
    }
    page = page.with(some)
    if (page.length === query.limit || pageBytes >= PAGE_BYTES || examined >= EXAMINED_BYTES) break
  }
  const hasMore = inside(position, count)
  return { assertions: page.list, cursor: hasMore ? position - step : null, sizeBytes: pageBytes }
}

/** Records that were read at once, as they are answered. */
interface StoredRun {
  readonly stored: readonly StoredAssertion[]
  readonly sizeBytes: number
}

const RUN = new Question<StoredRun>('answerable records of a run')

function storedRun(checksums: Checksums, run: readonly Frame[]): StoredRun {
  return recall(checksums, RUN, run, () => {
    const stored = recallEach(checksums, STORED, run, storedFrame)
    return { stored, sizeBytes: run.reduce((sum, { bytes }) => sum + bytes.length, 0) }
  })
}

const PAGES = new ChainName<StoredAssertion>('runs of a page')

const STORED = new QuestionOfEach<Frame, StoredAssertion>('answerable records')

function storedFrame({ position, at, body }: Frame): StoredAssertion {
  return { assertion: decodeAssertion(body), position, at }
}

function inside(position: number, count: number): boolean {
  return position >= 1 && position <= count
}

function firstCandidate({ lens, cursor }: Query, count: number): number {
  if (lens === 'position') return (cursor ?? 0) + 1
  return cursor === null ? count : Math.min(cursor - 1, count)
}

/** The records between two positions, nearest first; fewer when their file or a MiB ends before. */
function* readRun(files: RecordFiles, near: number, far: number): Task<readonly Frame[]> {
  if (near <= far) return (yield* files.readFrom(near, far)).frames
  return (yield* files.readBackFrom(near, far)).frames.toReversed()
}

function matchesAll({ conceptPath, predicate }: Query): boolean {
  return conceptPath === '*' && predicate === null
}

/** What can be told without reading the record. */
function candidateFilter(index: RecordIndex, pattern: string): (position: number) => boolean {
  if (pattern === '*') return () => true
  if (!pattern.endsWith('/*')) {
    const hash = index.hash(pattern)
    return (position) => index.pathHashOf(position) === hash
  }
  const hash = index.hash(rootOf(pattern))
  return (position) => index.rootHashOf(position) === hash
}

function matches({ conceptPath, predicate }: Query, assertion: Assertion): boolean {
  if (predicate !== null && assertion.predicate !== predicate) return false
  if (conceptPath === '*') return true
  return conceptPath.endsWith('/*')
    ? assertion.concept_path.startsWith(conceptPath.slice(0, -1))
    : assertion.concept_path === conceptPath
}
