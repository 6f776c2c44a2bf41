const IMF_FIXDATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/** An instant as HTTP writes it. */
export const httpDate = (ms: number): string => new Date(ms).toUTCString()

/** The instant of an HTTP date, ms; null for any other text (without a zone it would mean another instant on each machine). */
export function parseHttpDate(text: string | undefined): number | null {
  const at = text !== undefined && IMF_FIXDATE.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? null : at
}
