import { defineFault, excusesDelay } from '../fault-kind.ts'
import { closesPlaced, placedDomains } from '../strike-placed.ts'

const strike = closesPlaced((files, { path, isDirectory }) => {
  files.setOwner({ path, owner: 'root', group: 'root' })
  files.setMode({ path, mode: isDirectory ? 0o700 : 0o600 })
}, 'are of root, mode 0600')

/**
 * What was put in place belongs to somebody else and is closed to the service, as after a copy made by root. Where owners cannot be
 * changed the mode alone closes it, to its owner too.
 */
export const badPermissions = defineFault({
  kind: 'bad-permissions',
  verb: 'leave restored files that the service cannot read',
  strikes: 'placed-files',
  when: 'right after the step that places files, or the one named',
  targets: ['sim', 'local'],
  domains: placedDomains,
  outcome: ({ step }) => (step === '' ? 'recover' : 'resume'),
  survival: 'No byte is lost: exact owner and modes are restored before the service starts.',
  excuses: () => excusesDelay(60_000),
  planSource: null,
  strike,
})
