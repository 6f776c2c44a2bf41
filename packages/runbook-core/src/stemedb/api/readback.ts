import { type Checksums, QuestionOfEach, recallEach } from '../../checksums/index.ts'
import type { Readback, ReadbackRecord } from '../../formats/index.ts'
import { formatPosition, requirePosition } from '../record/index.ts'
import { type QueriedRecord, queryPage } from './query-page.ts'

const RECORD = new QuestionOfEach<QueriedRecord, ReadbackRecord>('records of a readback')

/** Assertions of one page, at most: the server ends it earlier at a MiB. */
const PAGE_RECORDS = 1000

/**
 * Reads a restored StemeDB back through its API: every assertion in the order of positions, with the digest of the content that came
 * back. The cursor is the last position read. Constant memory.
 */
export function stemedbReadback(options: { readonly checksums: Checksums }): Readback {
  const { checksums } = options
  return {
    order: 'none',
    *page({ endpoint, cursor, timeoutMs }) {
      const after = cursor === null ? null : requirePosition(cursor)
      const page = yield* queryPage(checksums, { endpoint, timeoutMs }, { after, limit: PAGE_RECORDS })
      return {
        records: recallEach(checksums, RECORD, page.records, ({ key, digest }) => ({ key, digest })),
        cursor: page.cursor === null ? null : formatPosition(page.cursor),
      }
    },
  }
}
