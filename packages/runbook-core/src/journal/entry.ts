import { z } from 'zod'
import type { Checksums } from '../checksums/index.ts'
import { OperatingError } from '../errors/index.ts'
import { canonicalJson } from '../text/canonical-json.ts'
import { utf8Encode } from '../text/utf8.ts'
import { eventProblem } from './event-schemas.ts'
import type { EventOrigin, JournalEntry, RunEvent } from './events.ts'

/** Schema version of the journals written here; newer ones are refused. */
export const JOURNAL_VERSION = 1

/** The header line, without its newline. */
export const JOURNAL_HEADER = canonicalJson({ kind: 'journal', schemaVersion: JOURNAL_VERSION })

/** Longest line that is written or read, bytes. */
export const JOURNAL_LINE_BYTES_MAX = 16 * 1024 * 1024

/** An entry around its event. */
export const JOURNAL_ENVELOPE = z.object({
  seq: z.int().min(1),
  at: z.int().min(0),
  durable: z.int().min(0),
  event: z.unknown(),
  origin: z.object({ spool: z.string(), seq: z.int().min(1) }).optional(),
  previous: z.string(),
  digest: z.string(),
})

/** SHA-256 of a line without its newline: what the next line's `previous` is. */
export function lineDigest(line: string, checksums: Checksums): string {
  return checksums.sha256Hex(utf8Encode(line))
}

/** What an entry is made of before it is sealed. */
export interface EntryFields {
  readonly seq: number
  readonly at: number
  readonly durable: number
  readonly previous: string
  readonly event: RunEvent
  readonly origin?: EventOrigin | undefined
}

/**
 * The line of an entry, without its newline: canonical JSON, so the digest is of the line with its `digest` member taken out.
 * @throws OperatingError `input-invalid` for what JSON cannot say, `input-too-large` beyond `JOURNAL_LINE_BYTES_MAX`
 */
export function encodeEntry(fields: EntryFields, checksums: Checksums): string {
  const { seq, at, durable, previous, origin } = fields
  const told = origin === undefined ? '' : `"origin":${canonicalJson({ ...origin })},`
  const event = canonicalJson(fields.event)
  const rest = `"durable":${durable},"event":${event},${told}"previous":"${previous}","seq":${seq}}`
  const digest = checksums.sha256Hex(utf8Encode(`{"at":${at},${rest}`))
  const line = `{"at":${at},"digest":"${digest}",${rest}`
  // A code unit takes at most three bytes; only a line that may be too long is measured.
  if (line.length * 3 > JOURNAL_LINE_BYTES_MAX && utf8Encode(line).length > JOURNAL_LINE_BYTES_MAX) {
    throw new OperatingError('input-too-large', `a ${fields.event.type} event exceeds a journal line`)
  }
  return line
}

/** A line as an entry, its own digest proven; or what is wrong with it, in words. */
export function decodeEntry(line: string, checksums: Checksums): JournalEntry | string {
  let parsed: Record<string, unknown>
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value !== 'object' || value === null) return 'it is not an object'
    parsed = value as Record<string, unknown>
    if (canonicalJson(parsed) !== line) return 'it is not canonical JSON'
  } catch {
    return 'it is not JSON'
  }
  const { digest, ...body } = parsed
  if (!JOURNAL_ENVELOPE.safeParse(parsed).success) return 'it is not a journal entry'
  if (checksums.sha256Hex(utf8Encode(canonicalJson(body))) !== digest) return 'its digest does not match'
  const problem = eventProblem(parsed.event)
  return problem === null ? (parsed as unknown as JournalEntry) : problem
}

/**
 * What is wrong with a header line, in words; null when it is one of a version that this release reads.
 * @throws OperatingError `input-too-new` when a later release wrote it, `input-invalid` when it heads another kind of file
 */
export function headerProblem(line: string): string | null {
  let header: { readonly kind?: unknown; readonly schemaVersion?: unknown } | null
  try {
    header = JSON.parse(line) as typeof header
    if (canonicalJson(header) !== line) return 'its header is not canonical JSON'
  } catch {
    return 'its header is not JSON'
  }
  if (header?.kind !== 'journal') {
    throw new OperatingError('input-invalid', 'the file does not begin as a journal does')
  }
  const version = header.schemaVersion
  if (typeof version === 'number' && Number.isSafeInteger(version) && version > JOURNAL_VERSION) {
    throw new OperatingError('input-too-new', `the journal has schema version ${version}`)
  }
  return version === JOURNAL_VERSION ? null : 'its header has no schema version that ever was'
}
