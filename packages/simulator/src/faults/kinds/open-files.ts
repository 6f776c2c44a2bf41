import { type ParametersOf, stepName } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { afterPlacing } from '../strike-placed.ts'

const domains = {
  step: stepName('after which step; by default the first that places files', ['places', 'protects-files']),
}

function strike(site: FaultSite, { step }: ParametersOf<typeof domains>): void {
  const files = site.host.disk.handlers()
  afterPlacing(
    site,
    step,
    ({ path }) => files.setMode({ path, mode: 0o755 }),
    (placed) => site.fired(`${placed.length} files have the mode 0755: anybody may read and run them`),
  )
}

/** The cure that the procedure names for wrong permissions: everything 0755. The service runs, and so could whoever reads along. */
export const openFiles = defineFault({
  kind: 'open-files',
  verb: 'open restored files to everybody',
  strikes: 'placed-files',
  when: 'right after the step that places files, or the one named',
  targets: ['sim'],
  domains,
  outcome: () => 'recover',
  survival: 'Exact modes are restored before the service starts: nothing stays open that need not be.',
  excuses: () => excusesDelay(60_000),
  planSource: null,
  strike,
})
