import { z } from 'zod'
import { jsonSchemaOf } from '../runbook/json-schema.ts'
import type { Json } from '../text/json.ts'
import { endRecord } from './json-lines.ts'
import { ledgerHeader, ledgerRecord } from './ledger.ts'
import { readbackHeader, readbackRecord } from './readback.ts'

/** JSON Schema of one line of a ledger. */
export const ledgerJsonSchema = (): Json =>
  jsonSchemaOf(z.union([ledgerHeader, ledgerRecord, endRecord]), 'Line of a ledger')

/** JSON Schema of one line of a readback. */
export const readbackJsonSchema = (): Json =>
  jsonSchemaOf(z.union([readbackHeader, readbackRecord, endRecord]), 'Line of a readback')
