/** How many of these, in order of their instants, were there at an instant. */
export function countUntil<A>(items: readonly A[], at: number, instantOf: (item: A) => number): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (instantOf(items[middle] as A) > at) high = middle
    else low = middle + 1
  }
  return low
}
