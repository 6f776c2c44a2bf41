import {
  encodeEntry,
  JOURNAL_HEADER,
  type JournalEntry,
  JournalReader,
  lineDigest,
  portableChecksums,
  type RunEvent,
  utf8Encode,
} from '@dr-drill/runbook-core'

export const checksums = portableChecksums

export interface Line {
  readonly event: RunEvent
  readonly at?: number
  readonly durable?: number
}

/** The text of a journal with these lines, sealed as the writer seals them. */
export function journalText(lines: readonly Line[]): string {
  const out = [JOURNAL_HEADER]
  let previous = lineDigest(JOURNAL_HEADER, checksums)
  for (const [index, { event, at = index, durable = index }] of lines.entries()) {
    const line = encodeEntry({ seq: index + 1, at, durable, previous, event }, checksums)
    previous = lineDigest(line, checksums)
    out.push(line)
  }
  return `${out.join('\n')}\n`
}

export const journalBytes = (lines: readonly Line[]) => utf8Encode(journalText(lines))

/** Reads bytes in pieces; answers entries and end. */
export function read(bytes: Uint8Array, pieceBytes = bytes.length || 1) {
  const reader = new JournalReader(checksums)
  const entries: JournalEntry[] = []
  for (let from = 0; from < bytes.length; from += pieceBytes) {
    entries.push(...reader.push(bytes.subarray(from, from + pieceBytes)))
  }
  return { entries, end: reader.end() }
}
