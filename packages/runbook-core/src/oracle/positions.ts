/** Orders two positions of one history. */
export type ComparePositions = (a: string, b: string) => number

const PART = /\d+|\D+/g

/**
 * The order of positions whose format nobody told us: runs of digits by their value, everything else by code unit. Right for plain
 * numbers, padded or not, and for `SEGMENT:OFFSET` in decimal. A ledger of a database with other positions says `order: position`
 * and has its acknowledgements in that order.
 */
export function compareNaturally(a: string, b: string): number {
  const left = a.match(PART) ?? []
  const right = b.match(PART) ?? []
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index += 1) {
    const order = comparePart(left[index] ?? '', right[index] ?? '')
    if (order !== 0) return order
  }
  return left.length - right.length
}

function comparePart(a: string, b: string): number {
  if (isDigit(a) && isDigit(b)) {
    const left = a.replace(/^0+/, '')
    const right = b.replace(/^0+/, '')
    if (left.length !== right.length) return left.length - right.length
    return order(left, right)
  }
  return order(a, b)
}

const isDigit = (text: string): boolean => text.charCodeAt(0) >= 0x30 && text.charCodeAt(0) <= 0x39

const order = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)
