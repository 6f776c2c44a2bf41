import { OperatingError } from '../errors/index.ts'

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** Human and ISO 8601 forms as one pattern, for schemas and editors. */
export const DURATION_PATTERN =
  '(?:(?:\\d{1,15}(?:\\.\\d{1,3})?(?:ms|s|m|h|d))+|P(?:\\d{1,9}D)?(?:T(?:\\d{1,9}H)?(?:\\d{1,9}M)?(?:\\d{1,9}(?:\\.\\d{1,3})?S)?)?)'

const WHOLE = new RegExp(`^${DURATION_PATTERN}$`)
const HUMAN_PART = /(\d+)(?:\.(\d{1,3}))?(ms|s|m|h|d)/g
const ISO_PART = /(\d+)(?:\.(\d{1,3}))?([DHMS])/g
const ORDER = ['d', 'h', 'm', 's', 'ms']

/**
 * Integer milliseconds of `4h`, `15m30s`, `500ms`, `1.5s`, `2d` or ISO 8601 (`PT15M`, `P1D`). Units go from large to small, each
 * once; a bare number has no meaning.
 * @throws OperatingError `input-invalid`
 */
export function parseDuration(text: string): number {
  if (!WHOLE.test(text)) throw refused(text)
  const iso = text.startsWith('P')
  let totalMs = 0
  let last = -1
  for (const [, whole = '', fraction = '', unit = ''] of text.matchAll(iso ? ISO_PART : HUMAN_PART)) {
    const name = iso ? unit.toLowerCase() : unit
    const rank = ORDER.indexOf(name)
    if (rank <= last) throw refused(text)
    last = rank
    const unitMs = UNITS_MS[name] ?? 0
    // Thousandths in integers: 1.005 h must not pick up a rounding error.
    const partMs = Number(whole) * unitMs + (Number(fraction.padEnd(3, '0')) * unitMs) / 1_000
    totalMs += partMs
  }
  if (last === -1 || !Number.isSafeInteger(totalMs)) throw refused(text)
  return totalMs
}

/** The human form of integer milliseconds: `4h15m`, `500ms`, `0s`. `parseDuration` reads it back exactly. */
export function formatDuration(ms: number): string {
  if (!Number.isSafeInteger(ms) || ms < 0) return `${ms}ms`
  if (ms === 0) return '0s'
  let rest = ms
  let text = ''
  for (const unit of ORDER) {
    const unitMs = UNITS_MS[unit] ?? 1
    const count = Math.floor(rest / unitMs)
    rest -= count * unitMs
    if (count > 0) text += `${count}${unit}`
  }
  return text
}

function refused(text: string): OperatingError {
  return new OperatingError('input-invalid', `"${text.slice(0, 40)}" is not a duration`, {
    hint: 'Write a number with its unit, large units first: 4h, 15m30s, 500ms, PT15M.',
  })
}
