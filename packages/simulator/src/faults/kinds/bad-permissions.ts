import { type ParametersOf, stepName } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { DATA_ROOTS, placedPaths, serviceReads } from '../placed-files.ts'

const domains = {
  step: stepName('after which step; by default the first that places files', [
    'places',
    'protects-files',
    'starts',
  ]),
}

function close(site: FaultSite, { step: named }: ParametersOf<typeof domains>): void {
  const step = named === '' ? site.stepThat('places') : named
  if (step === null) return
  site.at({ at: 'step-ends', step }, () => {
    const { disk } = site.host
    const placed = placedPaths(disk)
    for (const { path, isDirectory } of placed) {
      disk.handlers().setOwner({ path, owner: 'root', group: 'root' })
      disk.handlers().setMode({ path, mode: isDirectory ? 0o700 : 0o600 })
    }
    const files = placed.filter(({ isDirectory }) => !isDirectory)
    if (files[0] === undefined || serviceReads(disk, files[0].path)) return
    site.fired(
      `${files.length} files below ${DATA_ROOTS.join(', ')} are of root, mode 0600: the service cannot read them`,
    )
  })
}

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
  domains,
  outcome: ({ step }) => (step === '' ? 'recover' : 'resume'),
  survival: 'No byte is lost: exact owner and modes are restored before the service starts.',
  excuses: () => excusesDelay(60_000),
  planSource: null,
  strike: close,
})
