import { z } from 'zod'
import { formatInstant, parseInstant } from '../text/instant.ts'

const LONE_SURROGATE = /\p{Surrogate}/u

/** Text that has a UTF-8 form of its own: two different halves of surrogate pairs would become the same bytes. */
const wellFormed = (lengthMax: number) =>
  z
    .string()
    .min(1)
    .max(lengthMax)
    .refine((text) => !LONE_SURROGATE.test(text), 'holds half of a surrogate pair')

/** A record's key: chosen by its writer, opaque, compared by UTF-8 bytes. */
export const keyField = wellFormed(16_384)

/** A digest of a record's content: opaque, compared as it stands. */
export const digestField = z.string().min(1).max(256)

/** A position in the log: opaque text; a whole number is taken as its decimal text. */
export const positionField = z.union([wellFormed(256), z.int().transform(String)])

const OTHER_FORMS = /^(.{19})(?:\.(\d{1,9}))?(?:Z|\+00:00)$/

/** The second that the last instant lay in: ledgers are full of instants of the same one. */
let lastSecond = { text: '', at: 0 }

function secondAt(text: string): number | null {
  if (text === lastSecond.text) return lastSecond.at
  const at = parseInstant(`${text}Z`)
  if (at !== null) lastSecond = { text, at }
  return at
}

/** RFC 3339 in UTC, as milliseconds since 1970. Other people's ledgers have finer or shorter fractions, or `+00:00`. */
export const instantField = z.string().transform((text, context) => {
  const parts = OTHER_FORMS.exec(text)
  const second = parts === null ? null : secondAt(text.slice(0, 19))
  if (second !== null) return second + Number((parts?.[2] ?? '').padEnd(3, '0').slice(0, 3))
  context.addIssue({ code: 'custom', message: 'expected a time such as 2026-02-11T18:00:00Z' })
  return z.NEVER
})

/** An instant or its absence, as files have it. */
export const instantText = (instantMs: number | null): string | null =>
  instantMs === null ? null : formatInstant(instantMs)
