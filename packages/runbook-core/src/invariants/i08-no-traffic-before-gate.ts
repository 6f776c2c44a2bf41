import { defineInvariant, holds } from './invariant.ts'

/**
 * No client is let in before the gate has passed (D43, D49, D60). Every call that moves clients and every step that exposes
 * something must begin after it.
 * Does not see: clients that reach the server by an address nobody moved; the bound address is the runbook's to check.
 */
export const noTrafficBeforeGate = defineInvariant('I8', 'no-traffic-before-gate', ({ times }) => {
  const { trafficMoved, gatePassed } = times
  if (trafficMoved === null) return ['held', 'no client was let in']
  if (gatePassed === null) return ['violated', `${trafficMoved.by} let clients in; the gate never passed`]
  return holds(
    gatePassed.seq < trafficMoved.seq,
    `gate at ${gatePassed.at} ms, first traffic at ${trafficMoved.at} ms by ${trafficMoved.by}`,
  )
})
