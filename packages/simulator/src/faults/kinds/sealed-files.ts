import { defineFault, excusesDelay } from '../fault-kind.ts'
import { closesPlaced, placedDomains } from '../strike-placed.ts'

const strike = closesPlaced((files, { path, isDirectory }) => {
  if (!isDirectory) files.setMode({ path, mode: 0 })
}, 'have the mode 0000')

/** Restored files have the right owner and the mode 0000, as after a wrong umask or an archive that carried no modes. */
export const sealedFiles = defineFault({
  kind: 'sealed-files',
  verb: 'take every right off restored files',
  strikes: 'placed-files',
  when: 'right after the step that places files, or the one named',
  targets: ['sim'],
  domains: placedDomains,
  outcome: ({ step }) => (step === '' ? 'recover' : 'resume'),
  survival: 'Exact modes are restored before the service starts; the owner is right already.',
  excuses: () => excusesDelay(60_000),
  planSource: null,
  strike,
})
