import type { Checksums } from '../checksums/index.ts'
import { type Environment, type PortHandler, provide } from '../effects/index.ts'
import type { JournalContract } from '../engine/executor.ts'
import { type Continuation, JournalWriter } from './journal-writer.ts'

/**
 * Handlers of the port Journal over a file: hash-chained JSON Lines (docs/journal.md). `storage` offers FileSystem and Clock for the
 * run's own directory, which may be another disk than the target's. Durable appends that wait at the same time share one fsync.
 */
export function journalHandlers(options: {
  readonly path: string
  readonly storage: Environment
  readonly checksums: Checksums
  /** Given by a resume; null begins a new journal and fails with `file-exists` when one is there. */
  readonly continuation: Continuation | null
}): PortHandler<JournalContract> {
  const writer = new JournalWriter(options.path, options.checksums, options.continuation)
  return {
    append: ({ events, durable, origins }) =>
      provide(options.storage, writer.append(events, durable, origins)),
  }
}
