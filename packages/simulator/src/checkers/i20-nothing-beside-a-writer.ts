import { defineChecker, holds, listed } from './checker.ts'

/**
 * Data is put in its place, units and configuration are changed only once nothing runs any more that was on the host before the run and
 * works on the same: no service, no timer. Asked of the host's own service manager at each of these writes.
 * Does not see: programs that are no units, and writers on other hosts (those are I21's).
 */
export const nothingBesideAWriter = defineChecker('I20', 'nothing-beside-a-writer', ({ sightings }) => {
  const { changedUnder } = sightings
  return holds(
    changedUnder.length === 0,
    changedUnder.length === 0 ? 'nothing else ran' : listed(changedUnder),
  )
})
