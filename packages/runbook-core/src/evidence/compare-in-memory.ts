import { attempt, type Environment, provide, type Task } from '../effects/index.ts'
import type { OperatingError } from '../errors/index.ts'
import type { Readback } from '../formats/index.ts'
import { compareIndexed, type IndexedLedger, oracleEvidence, type ReadbackPage } from '../oracle/index.ts'
import { Log } from '../ports/index.ts'
import type { CompareRestored, RestoredComparison } from './collect.ts'
import { PAGE_MS } from './readback-file.ts'

/** What is compared without files. */
export interface ComparingInMemory {
  readonly readback: Readback
  readonly endpoint: string
  /** Null: nothing tells what was acknowledged. */
  readonly ledger: IndexedLedger | null
  /** Lines of the ledger that were written, its header not counted. */
  readonly lineCount: number
  readonly failureAt: number
}

/** Reads all records back and compares them with a ledger, both in memory: what `compareByFiles` says, for drills by the thousand. */
export function compareInMemory(options: ComparingInMemory): CompareRestored {
  return function* (target, excluded) {
    const pages = yield* provide(target, readPages(options))
    const records = count(pages, excluded)
    const { ledger } = options
    if (ledger === null) return { records, oracle: null }
    const compared = yield* attempt(comparing(options, ledger, pages, excluded))
    if (compared.ok) return { records, oracle: compared.value }
    return yield* told(target, records, compared.error)
  }
}

function* readPages({ readback, endpoint }: ComparingInMemory): Task<ReadbackPage[]> {
  const pages: ReadbackPage[] = []
  for (let cursor: string | null = null; ; ) {
    const page: PageOf = yield* readback.page({ endpoint, cursor, timeoutMs: PAGE_MS })
    pages.push(page.records)
    cursor = page.cursor
    if (cursor === null) return pages
  }
}

type PageOf = ReturnType<Readback['page']> extends Task<infer P> ? P : never

function count(pages: readonly ReadbackPage[], excluded: ReadonlySet<string>): number {
  let records = 0
  for (const page of pages) {
    records += page.length
    for (const key of excluded) for (const record of page) if (record.key === key) records -= 1
  }
  return records
}

function* comparing(
  { lineCount, failureAt }: ComparingInMemory,
  ledger: IndexedLedger,
  pages: readonly ReadbackPage[],
  excluded: ReadonlySet<string>,
): Task<RestoredComparison['oracle']> {
  const comparison = compareIndexed(ledger, lineCount, pages, excluded)
  return oracleEvidence({ ledger: ledger.header, comparison, complete: true }, failureAt)
}

/** A ledger that contradicts itself proves nothing. */
function* told(target: Environment, records: number, error: OperatingError): Task<RestoredComparison> {
  const message = `evidence oracle: ${error.code}: ${error.message}`
  yield* provide(target, Log.write({ level: 'warn', message }))
  return { records, oracle: null }
}
