import type { TimedEvent } from '@dr-drill/runbook-core'
import { defineChecker, listed } from './checker.ts'

/**
 * Everything that the run's actions wrote was announced in the journal beforehand: each path that was touched is named by an intent,
 * itself or by a directory above it, and other acts are announced at least as often as they were seen. Seen below the actions.
 * Does not see: the content of what was written, and acts past the ports.
 */
export const journalComplete = defineChecker('I15', 'journal-complete', (truth) => {
  const { paths, acts } = announced(truth.events)
  const unnamed = [...truth.touchedPaths].filter((path) => !isCovered(path, paths))
  if (unnamed.length > 0) return ['violated', `nothing announced ${listed(unnamed)}`]
  const silent = [...truth.acted]
    .filter(([what, count]) => (acts.get(what) ?? 0) < count)
    .map(([what]) => what)
  if (silent.length > 0) return ['violated', `done more often than announced: ${listed(silent)}`]
  const [first] = truth.events
  if (first?.event.type !== 'run-started')
    return ['violated', 'the journal does not begin with the start of a run']
  return ['held', `${truth.touchedPaths.size} paths and ${acts.size} kinds of acts, all announced`]
})

function announced(events: readonly TimedEvent[]) {
  const paths = new Set<string>()
  const acts = new Map<string, number>()
  for (const { event } of events) {
    if (event.type !== 'effect-intended') continue
    const what = `${event.port}.${event.method}`
    acts.set(what, (acts.get(what) ?? 0) + 1)
    const input = event.input as Readonly<Record<string, unknown>>
    for (const name of ['path', 'from', 'to']) {
      const path = input[name]
      if (typeof path === 'string') paths.add(path)
    }
  }
  return { paths, acts }
}

function isCovered(path: string, paths: ReadonlySet<string>): boolean {
  for (let above = path; above !== ''; above = above.slice(0, above.lastIndexOf('/'))) {
    if (paths.has(above)) return true
  }
  return false
}
