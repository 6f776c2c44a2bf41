import { z } from 'zod'
import { formatInstant, parseInstant } from '../../text/instant.ts'
import { parsePosition } from '../record/index.ts'
import { isHistory } from './names.ts'

/** A history's id. */
export const historyField = z.string().refine(isHistory, 'not a history id: 32 lower-case hex digits')

/** Lower-case hex SHA-256. */
export const sha256Field = z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256 in lower-case hex')

/** A count or size: 0 to 2^53 - 1. */
export const countField = z.int().min(0)

/** A position as these files write it: decimal, no leading zero, at most 2^53 - 1. Position 0 is before the first record. */
export const positionField = z
  .string()
  .refine((text) => parsePosition(text) !== null, 'not a position: a decimal integer below 2^53')

/** RFC 3339 UTC with milliseconds, as ms since 1970; written by `instantText`. */
export const instantField = z.string().transform((text, context) => {
  const at = parseInstant(text)
  if (at !== null && at >= 0) return at
  context.addIssue({ code: 'custom', message: 'not an RFC 3339 instant in UTC' })
  return z.NEVER
})

/** The text that `instantField` reads. */
export const instantText = formatInstant

/** Version of the engine that wrote the data: `1.4.0`. */
export const engineVersionField = z
  .string()
  .regex(/^[0-9A-Za-z][0-9A-Za-z.+_-]{0,63}$/, 'not an engine version')
