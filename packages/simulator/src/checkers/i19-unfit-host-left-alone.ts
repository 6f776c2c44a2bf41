import { defineChecker, holds, listed } from './checker.ts'

/**
 * On a host that nothing may be restored onto (too small, or with data on it) the run stops, fences, announces and writes nothing: whoever
 * runs there may be needed. Seen below the actions.
 * Does not see: what a run reads there, and what makes a host unfit that neither its size nor its data directories show.
 */
export const unfitHostLeftAlone = defineChecker('I19', 'unfit-host-left-alone', (truth) => {
  if (truth.unfit === null) return ['not-applicable', 'the host is fit']
  const done = [...truth.acted.keys(), ...truth.touchedPaths]
  return holds(
    done.length === 0,
    `${truth.unfit}; ${done.length === 0 ? 'nothing was done' : `done: ${listed(done)}`}`,
  )
})
