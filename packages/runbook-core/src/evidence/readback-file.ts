import type { Task } from '../effects/index.ts'
import type { Readback } from '../formats/index.ts'
import { endLine, LineWriter, readbackHeaderLine, readbackLine } from '../oracle/index.ts'
import { FileSystem } from '../ports/index.ts'

/** A page of records is awaited for this long. */
export const PAGE_MS = 30_000

/**
 * Reads every record of a restored database back and writes them to a file, except those that the run wrote itself (by key alone).
 * Constant memory. Gives the number written.
 */
export function* writeReadback(
  readback: Readback,
  endpoint: string,
  path: string,
  excluded: ReadonlySet<string>,
): Task<number> {
  const writer = new LineWriter(path)
  yield* writer.open()
  let count = 0
  writer.add(readbackHeaderLine({ order: readback.order }).trimEnd())
  for (let cursor: string | null = null; ; ) {
    const page: PageOf = yield* readback.page({ endpoint, cursor, timeoutMs: PAGE_MS })
    for (const record of page.records) {
      if (excluded.has(record.key)) continue
      count += 1
      if (writer.add(readbackLine(record).trimEnd())) yield* writer.flush()
    }
    cursor = page.cursor
    if (cursor === null) break
  }
  writer.add(endLine(count).trimEnd())
  yield* writer.flush()
  yield* FileSystem.sync({ path })
  return count
}

type PageOf = ReturnType<Readback['page']> extends Task<infer P> ? P : never
