import { closeSync, existsSync, fsyncSync, openSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Continuation,
  driveAsync,
  type Environment,
  environment,
  type JournalContract,
  type JournalEnd,
  type JournalEntry,
  journalHandlers,
  type PortHandler,
  type PortHandlers,
  type RunEvent,
  readJournal,
  unwrap,
} from '@dr-drill/runbook-core'
import { nativeChecksums, nodeFileSystem } from '@dr-drill/simulator/server'

const PATH = '/journal.jsonl'

/** The journal of a run's directory. */
export interface RunJournal {
  readonly handlers: PortHandler<JournalContract>
  append(events: readonly RunEvent[]): Promise<void>
  close(): void
}

/** Opens the journal for writing. `onEvent` hears of every event that is appended, before it is durable. */
export function openJournal(
  directory: string,
  clock: PortHandlers,
  continuation: Continuation | null,
  onEvent: (event: RunEvent) => void,
): RunJournal {
  const files = nodeFileSystem({ root: directory })
  const storage = environment({ FileSystem: files as unknown as PortHandlers, Clock: clock })
  const below = journalHandlers({ path: PATH, storage, checksums: nativeChecksums, continuation })
  const handlers: PortHandler<JournalContract> = {
    append(input, context) {
      for (const event of input.events) onEvent(event)
      return below.append(input, context)
    },
  }
  return {
    handlers,
    append: (events) => appendAll(handlers, events, storage),
    close: () => files.close(),
  }
}

async function appendAll(
  handlers: PortHandler<JournalContract>,
  events: readonly RunEvent[],
  storage: Environment,
): Promise<void> {
  const task = handlers.append({ events, durable: true }, { onCancel() {} })
  unwrap(await driveAsync(task as Parameters<typeof driveAsync>[0], storage))
}

/** Makes what a dead process wrote of the journal durable; nothing to do where there is none. */
export function syncJournal(directory: string): void {
  const path = join(directory, PATH)
  if (!existsSync(path)) return
  const file = openSync(path, 'r+')
  fsyncSync(file)
  closeSync(file)
}

/** By spool, the number of the last event that an agent told and the journal has. */
export async function foldOrigins(directory: string): Promise<Readonly<Record<string, number>>> {
  const last = new Map<string, number>()
  if (!existsSync(join(directory, PATH))) return {}
  await foldJournal(directory, ({ origin }) => {
    if (origin !== undefined) last.set(origin.spool, origin.seq)
  })
  return Object.fromEntries(last)
}

/** Reads a run's journal entry by entry. @throws journal-damaged, input-too-new */
export async function foldJournal(
  directory: string,
  onEntry: (entry: JournalEntry) => void,
): Promise<JournalEnd> {
  const files = nodeFileSystem({ root: directory })
  try {
    const storage = environment({ FileSystem: files as unknown as PortHandlers })
    const reading = readJournal({ path: PATH, checksums: nativeChecksums, onEntry })
    return unwrap(await driveAsync(reading, storage))
  } finally {
    files.close()
  }
}
