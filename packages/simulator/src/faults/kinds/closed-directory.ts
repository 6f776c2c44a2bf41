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
      if (isDirectory) files.setMode({ path, mode: 0o640 })
    },
    tellUnreadable(site, 'lie in directories of mode 0640'),
  )
}

/** The data directories got the mode of files, as by a recursive chmod: every file in them is right, and none can be reached. */
export const closedDirectory = defineFault({
  kind: 'closed-directory',
  verb: 'leave a data directory that cannot be searched',
  strikes: 'placed-files',
  when: 'right after the step that places files, or the one named',
  targets: ['sim'],
  domains,
  outcome: ({ step }) => (step === '' ? 'recover' : 'resume'),
  survival: 'Directories are brought to their exact mode before the service starts.',
  excuses: () => excusesDelay(60_000),
  planSource: null,
  strike,
})
