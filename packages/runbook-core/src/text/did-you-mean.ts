/** Longest name that is compared; hostile ones are not worth quadratic work. */
const NAME_LENGTH_MAX = 64

/** Insertions, deletions, substitutions and swaps of neighbours that turn one name into the other. */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= b.length; column += 1) {
      const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      const swap = swapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY
      current.push(Math.min(substitution, swap, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    before = previous
    previous = current
  }
  return previous[b.length] ?? 0
}

/** The known name that was most likely meant, or null when none is near. */
export function nearest(written: string, known: Iterable<string>): string | null {
  if (written.length > NAME_LENGTH_MAX) return null
  let best: string | null = null
  let bestDistance = Math.min(3, Math.max(1, Math.floor(written.length / 2))) + 1
  for (const name of known) {
    if (name.length > NAME_LENGTH_MAX || Math.abs(name.length - written.length) >= bestDistance) continue
    const distance = editDistance(written.toLowerCase(), name.toLowerCase())
    if (distance < bestDistance) {
      best = name
      bestDistance = distance
    }
  }
  return best
}

/** `Did you mean "x"?`, or what there is, or nothing to choose from. */
export function didYouMean(written: string, known: Iterable<string>): string {
  const names = [...known]
  const name = nearest(written, names)
  if (name !== null) return `Did you mean "${name}"?`
  if (names.length === 0) return 'There is none to choose from.'
  const shown = names.slice(0, 12).join(', ')
  return `There are: ${shown}${names.length > 12 ? ', ...' : ''}.`
}
