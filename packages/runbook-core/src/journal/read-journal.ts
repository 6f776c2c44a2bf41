import type { Checksums } from '../checksums/index.ts'
import type { Task } from '../effects/index.ts'
import { FileSystem } from '../ports/index.ts'
import type { JournalEntry } from './events.ts'
import { type JournalEnd, JournalReader } from './reader.ts'

const READ_BYTES = 256 * 1024

/**
 * Reads a journal from the FileSystem port, an entry at a time, in memory of one piece and one line. A missing file reads as one in
 * which nothing was written yet.
 * @throws OperatingError journal-damaged, input-too-new, input-invalid, and what the port throws
 */
export function* readJournal(input: {
  readonly path: string
  readonly checksums: Checksums
  readonly onEntry: (entry: JournalEntry) => void
}): Task<JournalEnd> {
  const reader = new JournalReader(input.checksums)
  const stat = yield* FileSystem.stat({ path: input.path })
  for (let offset = 0; stat !== null; ) {
    const bytes = yield* FileSystem.read({ path: input.path, offset, length: READ_BYTES })
    if (bytes.length === 0) break
    for (const entry of reader.push(bytes)) input.onEntry(entry)
    offset += bytes.length
  }
  return reader.end()
}
