/** A whole number with its thousands apart: `20,000`. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}

/** A duration for people, two units at most: `850 ms`, `7.2 s`, `12 min 30 s`, `4 h 12 min`, `3 d 2 h`. */
export function humanDuration(ms: number): string {
  if (ms < 1_000) return `${ms} ms`
  if (ms < 60_000) return `${tenths(ms, 1_000)} s`
  if (ms < 3_600_000) return units(ms, 60_000, 'min', 1_000, 's')
  if (ms < 86_400_000) return units(ms, 3_600_000, 'h', 60_000, 'min')
  return units(ms, 86_400_000, 'd', 3_600_000, 'h')
}

/** The form of the drill report's metrics: `4 hours 0 min`, with seconds where minutes say nothing. */
export function hoursAndMinutes(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  const words = `${Math.floor(minutes / 60)} hours ${minutes % 60} min`
  return ms < 600_000 ? `${words} (${humanDuration(ms)})` : words
}

/** `15 min`, with seconds where they matter. */
export function minutes(ms: number): string {
  const words = `${Math.floor(ms / 60_000)} min`
  return ms % 60_000 === 0 ? words : `${words} (${humanDuration(ms)})`
}

/** A size for people: `30.5 MB`. */
export function humanBytes(bytes: number): string {
  const names = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  let unit = 1
  let index = 0
  while (bytes >= unit * 1_000 && index < names.length - 1) {
    unit *= 1_000
    index += 1
  }
  return `${index === 0 ? bytes : tenths(bytes, unit)} ${names[index]}`
}

/** Why nobody knows what is lost: a ledger that was given and not compared is another thing than none. */
export const whyLossUnknown = (
  claims: readonly { readonly id: string; readonly required: boolean }[],
): string =>
  claims.some((claim) => claim.id === 'loss' && claim.required)
    ? 'the ledger was not compared with what came back'
    : 'no ledger was given'

/** One of a thing, or many: the plain English plural of regular nouns. */
export const counted = (count: number, noun: string): string =>
  `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`

function tenths(value: number, unit: number): string {
  const whole = Math.floor((value * 10) / unit)
  return whole % 10 === 0 ? String(whole / 10) : `${Math.floor(whole / 10)}.${whole % 10}`
}

function units(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((ms % large) / small)
  const head = `${Math.floor(ms / large)} ${largeName}`
  return rest === 0 ? head : `${head} ${rest} ${smallName}`
}
