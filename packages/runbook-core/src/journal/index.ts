export {
  decodeEntry,
  encodeEntry,
  JOURNAL_HEADER,
  JOURNAL_LINE_BYTES_MAX,
  JOURNAL_VERSION,
  lineDigest,
} from './entry.ts'
export { eventProblem, isErrorRecord } from './event-schemas.ts'
export type {
  ClockDomain,
  EventOrigin,
  Exercised,
  FaultRecord,
  JournalEntry,
  MarkName,
  RunEvent,
} from './events.ts'
export { journalHandlers } from './handlers.ts'
export type { Continuation } from './journal-writer.ts'
export { journalJsonSchema } from './json-schema.ts'
export { memoryJournal, type TimedEvent } from './memory-journal.ts'
export { readJournal } from './read-journal.ts'
export { type JournalEnd, JournalReader } from './reader.ts'
export { sealJournal } from './seal.ts'
