import { OperatingError } from '../errors/index.ts'

const UNITS_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1_000,
  MB: 1_000_000,
  GB: 1_000_000_000,
  TB: 1_000_000_000_000,
  KiB: 1_024,
  MiB: 1_048_576,
  GiB: 1_073_741_824,
  TiB: 1_099_511_627_776,
}

/** Sizes as a pattern, for schemas and editors. */
export const SIZE_PATTERN = '\\d{1,16}(?:\\.\\d{1,3})?(?:B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)'

const WHOLE = /^(\d{1,16})(?:\.(\d{1,3}))?([A-Za-z]{1,3})$/

/**
 * Integer bytes of `64MiB`, `1.5GB`, `512B`. kB, MB, GB, TB are powers of 1000; KiB, MiB, GiB, TiB of 1024. Fractions of a byte are
 * refused.
 * @throws OperatingError `input-invalid`
 */
export function parseSize(text: string): number {
  const match = WHOLE.exec(text)
  const unitBytes = match?.[3] === undefined ? undefined : UNITS_BYTES[match[3]]
  if (match === null || unitBytes === undefined || !Object.hasOwn(UNITS_BYTES, match[3] ?? ''))
    throw refused(text)
  const thousandths = Number((match[2] ?? '').padEnd(3, '0'))
  const sizeBytes = Number(match[1]) * unitBytes + (thousandths * unitBytes) / 1_000
  if (!Number.isSafeInteger(sizeBytes)) throw refused(text)
  return sizeBytes
}

/** The human form of integer bytes, exact: the largest binary unit that divides them, else bytes. `parseSize` reads it back. */
export function formatSize(sizeBytes: number): string {
  for (const unit of ['TiB', 'GiB', 'MiB', 'KiB']) {
    const unitBytes = UNITS_BYTES[unit] ?? 1
    if (sizeBytes >= unitBytes && sizeBytes % unitBytes === 0) return `${sizeBytes / unitBytes}${unit}`
  }
  return `${sizeBytes}B`
}

function refused(text: string): OperatingError {
  return new OperatingError('input-invalid', `"${text.slice(0, 40)}" is not a size`, {
    hint: 'Write a number with its unit: 64MiB, 1.5GB, 512B.',
  })
}

/** A size for sentences: at most one decimal of the largest decimal unit (`31.2GB`), rounded down. */
export function approximateSize(sizeBytes: number): string {
  for (const unit of ['TB', 'GB', 'MB', 'kB']) {
    const unitBytes = UNITS_BYTES[unit] ?? 1
    if (sizeBytes >= unitBytes) return `${Math.floor((sizeBytes * 10) / unitBytes) / 10}${unit}`
  }
  return `${sizeBytes}B`
}
