import { OperatingError } from '../../errors/index.ts'

const DECIMAL = /^(0|[1-9][0-9]{0,15})$/

/**
 * A record's place in its log: 1 for the first, one more for each that follows, across segments and histories. Inside the formats it
 * is a number (at most 2^53 - 1), elsewhere its decimal text. 0 is the place before the first.
 */
export function formatPosition(position: number): string {
  return String(position)
}

/** The number of a position's text; null when it is none. */
export function parsePosition(text: string): number | null {
  if (!DECIMAL.test(text)) return null
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : null
}

/** The number of a position's text. @throws OperatingError `input-invalid` */
export function requirePosition(text: string): number {
  const position = parsePosition(text)
  if (position === null) {
    throw new OperatingError('input-invalid', 'not a position: a decimal integer from 0 to 2^53 - 1')
  }
  return position
}
