import { z } from 'zod'
import type { Task } from '../effects/index.ts'
import { formatInstant } from '../text/instant.ts'
import { digestField, instantField, instantText, keyField, positionField } from './fields.ts'
import { type JsonLinesReader, ORACLE_SCHEMA_VERSION, openJsonLines } from './json-lines.ts'

/** The first line of a ledger. */
export interface LedgerHeader {
  /** What a record is called. */
  readonly unit: string
  /** `complete`: every write of the database is in it; `sample`: some are. */
  readonly coverage: 'complete' | 'sample'
  /** How its lines are ordered: by key, acknowledgements by position, or not at all. */
  readonly order: 'key' | 'position' | 'none'
  /** The clock that its times are of. */
  readonly domain: string
  readonly history: string | null
  /** History time, ms; null when unknown. */
  readonly failureAt: number | null
}

/** One line of a ledger: what a writer outside the database saw. */
export type LedgerLine =
  | { readonly op: 'submitted'; readonly key: string; readonly digest: string }
  | {
      readonly op: 'acknowledged'
      readonly key: string
      readonly position: string
      /** History time of the acknowledgement, ms. */
      readonly at: number
      readonly digest: string
    }
  /** The write was refused for certain. A write whose outcome nobody knows stays submitted only. */
  | { readonly op: 'failed'; readonly key: string }

/** The header as JSON has it. */
export const ledgerHeader = z.object({
  kind: z.literal('ledger'),
  schemaVersion: z.int().positive(),
  unit: z.string().min(1).max(64),
  coverage: z.enum(['complete', 'sample']),
  order: z.enum(['key', 'position', 'none']),
  domain: z.string().max(64).default('history'),
  history: z.string().max(256).nullable().default(null),
  failureAt: instantField.nullable().default(null),
})

/** Every other line as JSON has it. */
export const ledgerRecord = z.discriminatedUnion('op', [
  z.object({ op: z.literal('submitted'), key: keyField, digest: digestField }),
  z.object({
    op: z.literal('acknowledged'),
    key: keyField,
    position: positionField,
    at: instantField,
    digest: digestField,
  }),
  z.object({ op: z.literal('failed'), key: keyField }),
])

/** An open ledger. */
export type LedgerReader = JsonLinesReader<LedgerHeader, LedgerLine>

/** Opens a ledger (contracts.md, "Ledger"). @throws OperatingError naming the line */
export function openLedger(path: string): Task<LedgerReader> {
  return openJsonLines<LedgerHeader, LedgerLine>(path, {
    kind: 'ledger',
    header: ledgerHeader,
    line: ledgerRecord,
  })
}

/** The header line, its end included. */
export function ledgerHeaderLine(fields: LedgerHeader): string {
  const { unit, coverage, order, domain, history, failureAt } = fields
  return `${JSON.stringify({
    kind: 'ledger',
    schemaVersion: ORACLE_SCHEMA_VERSION,
    unit,
    coverage,
    order,
    domain,
    history,
    failureAt: instantText(failureAt),
  })}\n`
}

/** A line of a ledger, its end included. */
export function ledgerLine(entry: LedgerLine): string {
  if (entry.op !== 'acknowledged') return `${JSON.stringify(entry)}\n`
  const { op, key, position, at, digest } = entry
  return `${JSON.stringify({ op, key, position, at: formatInstant(at), digest })}\n`
}
