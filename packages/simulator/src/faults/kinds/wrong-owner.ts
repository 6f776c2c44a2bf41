import { defineFault, excusesDelay } from '../fault-kind.ts'
import { closesPlaced, placedDomains } from '../strike-placed.ts'

const strike = closesPlaced(
  (files, { path }) => files.setOwner({ path, owner: 'root', group: 'root' }),
  'are of root',
)

/** Restored files and directories have the right modes and belong to root: the third of the pitfalls that the procedure names. */
export const wrongOwner = defineFault({
  kind: 'wrong-owner',
  verb: 'copy restored files as the wrong user',
  strikes: 'placed-files',
  when: 'right after the step that places files, or the one named',
  targets: ['sim'],
  domains: placedDomains,
  outcome: ({ step }) => (step === '' ? 'recover' : 'resume'),
  survival: 'Exact owners are restored before the service starts; the modes are right already.',
  excuses: () => excusesDelay(60_000),
  planSource: null,
  strike,
})
