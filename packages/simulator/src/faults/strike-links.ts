import type { Place } from '../network/index.ts'
import { chosenMoment, oneOf, wholeNumber } from './domains/index.ts'
import type { FaultSite } from './fault-site.ts'
import { parseMoment } from './moment-text.ts'
import { endsAfter, type HowLong } from './striking.ts'

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

/** A place that the recovery host may need. */
type FarEnd = (typeof FAR_ENDS)[number]

/** When a link changes: usually when a step first needs the place, or so much later. */
export const linkDomains = {
  place: farEnd(),
  at: chosenMoment('from when on; by default as the place is first needed', []),
  afterMs: wholeNumber('how much later still, in ms', {
    min: 0,
    max: 86_400_000,
    usual: 0,
    drawn: { min: 0, max: 100 },
  }),
}

/** Lets something happen to a link at that moment. */
export function atLink(site: FaultSite, { place, at, afterMs }: LinkMoment, happens: () => void): void {
  const step = firstNeed(site, place)
  const usual = step === null ? null : ({ at: 'step-begins', step } as const)
  const moment = at === '' ? usual : parseMoment(at)
  if (moment === null) return
  site.at(moment, () => (afterMs === 0 ? happens() : site.after(afterMs, happens)))
}

/** A link changes at its moment and for so long, and is seen to when a request meets that. */
export function changesLink(
  site: FaultSite,
  { seconds, ...link }: LinkMoment & { readonly seconds: HowLong },
  how: Met,
  change: (place: FarEnd) => () => void,
): void {
  whenLinkMet(site, link.place, how)
  atLink(site, link, () => endsAfter(site, seconds, change(link.place)))
}

/** A link and when it changes. */
interface LinkMoment {
  readonly place: FarEnd
  readonly at: string
  readonly afterMs: number
}

/** The first step that talks to a place. */
function firstNeed(site: FaultSite, place: FarEnd): string | null {
  switch (place) {
    case 'source':
      return site.stepThat('selects')
    case 'archive':
      return site.stepThat('protects')
    case 'balancer':
      return site.stepThat('exposes')
    case 'dns':
      return site.stepUsing('Dns')
    case 'monitoring':
      return site.stepUsing('Alerts')
    case 'notifier':
      return site.stepUsing('Notifier')
    case 'old-primary':
      return site.stepThat('fences')
  }
}
