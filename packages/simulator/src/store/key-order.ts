import { compareUtf8 } from '@dr-drill/runbook-core'

/** The index of the first of sorted keys that is not below `text` by UTF-8 bytes; their number when all are. */
export function firstAtOrAfter(keys: readonly string[], text: string): number {
  return firstThat(keys, (key) => compareUtf8(key, text) >= 0)
}

/** The index of the first of sorted keys above `text`. */
export function firstAfter(keys: readonly string[], text: string): number {
  return firstThat(keys, (key) => compareUtf8(key, text) > 0)
}

/** The index of the first of sorted keys that sorts after all that begin with `prefix`. */
export function firstAfterPrefix(keys: readonly string[], prefix: string): number {
  return firstThat(keys, (key) => !key.startsWith(prefix) && compareUtf8(key, prefix) > 0)
}

/** Binary search: `holds` is false for a number of keys and true for all behind them. */
function firstThat(keys: readonly string[], holds: (key: string) => boolean): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(keys[middle] as string)) high = middle
    else low = middle + 1
  }
  return low
}
