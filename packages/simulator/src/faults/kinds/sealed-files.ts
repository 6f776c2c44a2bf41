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
    ({ path, isDirectory }) => {
      if (!isDirectory) files.setMode({ path, mode: 0 })
    },
    tellUnreadable(site, 'have the mode 0000'),
  )
}

/** Restored files have the right owner and the mode 0000, as after a wrong umask or an archive that carried no modes. */
export const sealedFiles = defineFault({
  kind: 'sealed-files',
  verb: 'take every right off restored files',
  strikes: 'placed-files',
  when: 'right after the step that places files, or the one named',
  targets: ['sim'],
  domains,
  outcome: ({ step }) => (step === '' ? 'recover' : 'resume'),
  survival: 'Exact modes are restored before the service starts; the owner is right already.',
  excuses: () => excusesDelay(60_000),
  planSource: null,
  strike,
})
