const RFC3339_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/

/** Latest instant with a four-digit year, ms since 1970. */
export const INSTANT_MAX = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** History time as RFC 3339 in UTC with milliseconds: `2026-02-11T12:00:00.000Z`. */
export function formatInstant(ms: number): string {
  return new Date(ms).toISOString()
}

/** History time as RFC 3339 in UTC, whole seconds: `2026-02-11T12:00:00Z`; the fraction is dropped. */
export function formatInstantSeconds(ms: number): string {
  return `${formatInstant(ms).slice(0, 19)}Z`
}

/**
 * Milliseconds since 1970 of an RFC 3339 instant in UTC, with no fraction or one of three digits; null for everything else: other
 * offsets, lower case, dates that do not exist (D68).
 */
export function parseInstant(text: string): number | null {
  if (!RFC3339_UTC.test(text)) return null
  const ms = Date.parse(text)
  // `Date.parse` carries February 30 over into March: only what it writes back the same is a date.
  if (Number.isNaN(ms) || formatInstant(ms).slice(0, 19) !== text.slice(0, 19)) return null
  return ms
}
