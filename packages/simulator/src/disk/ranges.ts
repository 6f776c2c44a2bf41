/** Ranges of one blob that are kept; a reader that asks for more different ones gets new views. */
const RANGES_MAX = 256
/** Offsets and lengths below this are kept: together they make one key that is an exact integer. */
const KEPT_BELOW = 2 ** 26

const origins = new WeakMap<Uint8Array, RangeOrigin>()
const rangesOf = new WeakMap<Uint8Array, Map<number, Uint8Array>>()

/** Where bytes lie in the blob that they are a part of. */
export interface RangeOrigin {
  readonly blob: Uint8Array
  readonly from: number
}

/** The blob that a range which is kept belongs to; null for others, and for whole blobs. */
export function originOf(range: Uint8Array): RangeOrigin | null {
  return origins.get(range) ?? null
}

/**
 * A range of a blob that nobody ever changes. The same range is the same array each time, so that whoever remembers what it computed of
 * an array finds it again.
 */
export function rangeOf(blob: Uint8Array, from: number, to: number): Uint8Array {
  if (from === 0 && to === blob.length) return blob
  if (to >= KEPT_BELOW) return blob.subarray(from, to)
  let ranges = rangesOf.get(blob)
  if (ranges === undefined) {
    ranges = new Map()
    rangesOf.set(blob, ranges)
  }
  const key = from * KEPT_BELOW + to
  const known = ranges.get(key)
  if (known !== undefined) return known
  const view = blob.subarray(from, to)
  if (ranges.size < RANGES_MAX) {
    ranges.set(key, view)
    origins.set(view, { blob, from })
  }
  return view
}
