import { chosenMoment, type ParametersOf } from '../domains/index.ts'
import { defineFault, NO_EXCUSE } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { atMoment } from '../striking.ts'

const domains = {
  at: chosenMoment('when; by default as the first step that fetches begins', [
    'fences',
    'selects',
    'fetches',
    'starts',
    'protects',
    'exposes',
  ]),
}

function comeBack(site: FaultSite, { at }: ParametersOf<typeof domains>): void {
  site.oldPrimary.onMet((what) => {
    if (what === 'kept-out' || what === 'came-back') site.fired(`the old primary booted again: ${what}`)
  })
  atMoment(site, at, 'fetches', () => site.oldPrimary.comeBack())
}

/** The host that was given up boots again, with its data, its timers and its old addresses. */
export const returningPrimary = defineFault({
  kind: 'returning-primary',
  verb: 'boot the old primary again',
  strikes: 'old-primary',
  when: 'at a moment of the run',
  targets: ['sim'],
  domains,
  outcome: () => 'recover',
  survival: 'It was fenced before anything was read: it neither serves nor archives.',
  excuses: () => NO_EXCUSE,
  planSource: null,
  strike: comeBack,
})
