import { defineChecker, listed } from './checker.ts'

/**
 * Nobody reaches the restored server before the gate has passed: no name, no balancer, and no address that listens for everybody; the gate
 * does not pass while an alert fires; and clients are led to a server only once it has answered since it was started. Seen where it happens; whether the gate had passed is read from what the journal said at that instant.
 * Does not see: firewalls (an open address counts as reached).
 */
export const noTrafficBeforeGate = defineChecker('I8', 'no-traffic-before-gate', (truth) => {
  const { exposures, judged, sightings } = truth
  const { gate } = judged.runbook
  const { alertsAtGate } = sightings
  if (alertsAtGate.length > 0)
    return ['violated', `the gate passed while alerts fired: ${listed(alertsAtGate)}`]
  const mute = exposures.find(({ what, hasAnswered }) => what !== 'bind' && !hasAnswered)
  if (mute !== undefined)
    return [
      'violated',
      `${mute.what} at ${mute.at} ms, to a server that had not answered yet: ${mute.detail}`,
    ]
  const early = exposures.find(({ hadSucceeded }) => !hadSucceeded(gate))
  if (early !== undefined)
    return ['violated', `${early.what} at ${early.at} ms, before the gate: ${early.detail}`]
  return ['held', exposures.length === 0 ? 'nobody was let in' : 'everybody was let in after the gate']
})
