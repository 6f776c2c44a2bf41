import { type ParametersOf, stepName } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { afterPlacing, tellUnreadable } from '../strike-placed.ts'

const domains = {
  step: stepName('after which step; by default the first that places files', [
    'places',
    'protects-files',
    'starts',
  ]),
}

function strike(site: FaultSite, { step }: ParametersOf<typeof domains>): void {
  const files = site.host.disk.handlers()
  afterPlacing(
    site,
    step,
    ({ path }) => files.setOwner({ path, owner: 'root', group: 'root' }),
    tellUnreadable(site, 'are of root'),
  )
}

/** Restored files and directories have the right modes and belong to root: the third of the pitfalls that the procedure names. */
export const wrongOwner = defineFault({
  kind: 'wrong-owner',
  verb: 'copy restored files as the wrong user',
  strikes: 'placed-files',
  when: 'right after the step that places files, or the one named',
  targets: ['sim'],
  domains,
  outcome: ({ step }) => (step === '' ? 'recover' : 'resume'),
  survival: 'Exact owners are restored before the service starts; the modes are right already.',
  excuses: () => excusesDelay(60_000),
  planSource: null,
  strike,
})
