import { compareUtf8 } from '@dr-drill/runbook-core'

/** Something that has its place by its key. */
export interface Keyed {
  readonly key: string
}

/** The index of the first of these, sorted by the UTF-8 bytes of their keys, that is not below `text`; their number when all are. */
export function firstAtOrAfter(sorted: readonly Keyed[], text: string): number {
  return firstThat(sorted.length, (index) => compareUtf8((sorted[index] as Keyed).key, text) >= 0)
}

/** The index of the first above `text`. */
export function firstAfter(sorted: readonly Keyed[], text: string): number {
  return firstThat(sorted.length, (index) => compareUtf8((sorted[index] as Keyed).key, text) > 0)
}

/** The index of the first that sorts after all whose keys begin with `prefix`. */
export function firstAfterPrefix(sorted: readonly Keyed[], prefix: string): number {
  return firstThat(sorted.length, (index) => {
    const { key } = sorted[index] as Keyed
    return !key.startsWith(prefix) && compareUtf8(key, prefix) > 0
  })
}

/** The index of the first of sorted keys that is not below `text`. */
export function placeOfKey(keys: readonly string[], text: string): number {
  return firstThat(keys.length, (index) => compareUtf8(keys[index] as string, text) >= 0)
}

/** Binary search: `holds` is false up to some index and true from there on. */
function firstThat(count: number, holds: (index: number) => boolean): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
