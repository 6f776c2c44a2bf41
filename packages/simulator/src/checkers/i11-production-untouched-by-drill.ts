import { defineChecker, holds, listed } from './checker.ts'

/** What a reader's requests are counted as. */
const READS: ReadonlySet<string> = new Set(['get', 'head', 'list'])

/**
 * A drill asks the source for objects and lists, and for nothing else: counted at the source's side, and seen at the port.
 * Does not see: what a run does with another credential than the one it was given.
 */
export const productionUntouched = defineChecker(
  'I11',
  'production-untouched-by-drill',
  ({ sourceRequests, sourceWrites, judged }) => {
    if (judged.record.started?.mode === 'recovery')
      return ['not-applicable', 'a recovery changes production on purpose']
    const others = Object.entries(sourceRequests).filter(([kind, count]) => !READS.has(kind) && count > 0)
    const words = [...others.map(([kind, count]) => `${count} ${kind}`), ...sourceWrites]
    return holds(
      words.length === 0,
      words.length === 0 ? 'the source was only read' : `the source saw ${listed(words)}`,
    )
  },
)
