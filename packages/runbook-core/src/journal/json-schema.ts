import { z } from 'zod'
import { jsonSchemaOf } from '../runbook/json-schema.ts'
import type { Json } from '../text/json.ts'
import { JOURNAL_ENVELOPE } from './entry.ts'
import { anyEvent } from './event-schemas.ts'

/** JSON Schema of one line of a journal: its header, or an entry (docs/journal.md). */
export const journalJsonSchema = (): Json =>
  jsonSchemaOf(
    z.union([
      z.object({ kind: z.literal('journal'), schemaVersion: z.int().positive() }),
      JOURNAL_ENVELOPE.extend({ event: anyEvent() }),
    ]),
    'Line of a journal',
  )
