import type { Place } from '../network/index.ts'
import { oneOf } from './domains/index.ts'
import type { FaultSite } from './fault-site.ts'

/** What a request can meet on its way. */
export type Met = Parameters<Parameters<FaultSite['network']['onMet']>[0]>[2]

/** The far ends that the recovery host talks to. */
export const FAR_ENDS = [
  'source',
  'archive',
  'balancer',
  'dns',
  'monitoring',
  'notifier',
  'old-primary',
] as const satisfies readonly Place[]

/** The link between the recovery host and one of those. */
export const farEnd = () => oneOf('what the recovery host cannot talk to as it should', FAR_ENDS)

/** It has struck when a request between the recovery host and that place met a change of this sort. */
export function whenLinkMet(site: FaultSite, place: Place, how: Met): void {
  site.network.onMet((from, to, what) => {
    if (what === how && (from === place || to === place))
      site.fired(`a request from ${from} to ${to} was ${how}`)
  })
}
