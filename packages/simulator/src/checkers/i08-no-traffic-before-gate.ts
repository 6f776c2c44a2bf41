import { defineChecker } from './checker.ts'

/**
 * Nobody reaches the restored server before the gate has passed: no name, no balancer, and no address that listens for everybody. Seen
 * where it happens; whether the gate had passed is read from what the journal said at that instant.
 * Does not see: firewalls (an open address counts as reached).
 */
export const noTrafficBeforeGate = defineChecker('I8', 'no-traffic-before-gate', ({ exposures, judged }) => {
  const { gate } = judged.runbook
  const early = exposures.find(({ hadSucceeded }) => !hadSucceeded(gate))
  if (early !== undefined)
    return ['violated', `${early.what} at ${early.at} ms, before the gate: ${early.detail}`]
  return ['held', exposures.length === 0 ? 'nobody was let in' : 'everybody was let in after the gate']
})
