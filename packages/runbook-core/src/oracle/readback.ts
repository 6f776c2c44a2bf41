import { z } from 'zod'
import type { Task } from '../effects/index.ts'
import type { ReadbackRecord } from '../formats/index.ts'
import { digestField, keyField } from './fields.ts'
import { type JsonLinesReader, ORACLE_SCHEMA_VERSION, openJsonLines } from './json-lines.ts'

/** The first line of a readback. */
export interface ReadbackHeader {
  readonly order: 'key' | 'none'
}

/** The header as JSON has it. */
export const readbackHeader = z.object({
  kind: z.literal('readback'),
  schemaVersion: z.int().positive(),
  order: z.enum(['key', 'none']),
})

/** Every other line as JSON has it. */
export const readbackRecord = z.object({ key: keyField, digest: digestField })

/** An open readback. */
export type ReadbackReader = JsonLinesReader<ReadbackHeader, ReadbackRecord>

/** Opens a readback: every record of a restored database (contracts.md, "Readback"). @throws OperatingError naming the line */
export function openReadback(path: string): Task<ReadbackReader> {
  return openJsonLines<ReadbackHeader, ReadbackRecord>(path, {
    kind: 'readback',
    header: readbackHeader,
    line: readbackRecord,
  })
}

/** The header line, its end included. */
export function readbackHeaderLine(fields: ReadbackHeader): string {
  return `${JSON.stringify({ kind: 'readback', schemaVersion: ORACLE_SCHEMA_VERSION, order: fields.order })}\n`
}

/** A line of a readback, its end included. */
export function readbackLine(record: ReadbackRecord): string {
  return `${JSON.stringify({ key: record.key, digest: record.digest })}\n`
}
