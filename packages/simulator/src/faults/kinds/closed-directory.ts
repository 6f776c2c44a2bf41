import { defineFault, excusesDelay } from '../fault-kind.ts'
import { closesPlaced, placedDomains } from '../strike-placed.ts'

const strike = closesPlaced((files, { path, isDirectory }) => {
  if (isDirectory) files.setMode({ path, mode: 0o640 })
}, 'lie in directories of mode 0640')

/** The data directories got the mode of files, as by a recursive chmod: every file in them is right, and none can be reached. */
export const closedDirectory = defineFault({
  kind: 'closed-directory',
  verb: 'leave a data directory that cannot be searched',
  strikes: 'placed-files',
  when: 'right after the step that places files, or the one named',
  targets: ['sim'],
  domains: placedDomains,
  outcome: ({ step }) => (step === '' ? 'recover' : 'resume'),
  survival: 'Directories are brought to their exact mode before the service starts.',
  excuses: () => excusesDelay(60_000),
  planSource: null,
  strike,
})
