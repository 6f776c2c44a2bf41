import type { DiskFault, SynchronousFileSystem } from '../disk/index.ts'
import { type ParametersOf, stepName } from './domains/index.ts'
import type { FaultSite } from './fault-site.ts'
import { type PlacedPath, placedPaths, serviceReads } from './placed-files.ts'

/** After which step permissions can be wrong, for faults that the service notices. */
export const placedDomains = {
  step: stepName('after which step; by default the first that places files', [
    'places',
    'protects-files',
    'starts',
  ]),
}

/**
 * Lets a change of owner or mode strike what was placed, so that the service cannot read it. `change` gets the disk's operations;
 * `detail` says how the files are then.
 */
export const closesPlaced =
  (
    change: (files: SynchronousFileSystem, one: PlacedPath) => void,
    detail: string,
  ): ((site: FaultSite, given: ParametersOf<typeof placedDomains>) => void) =>
  (site, { step }) => {
    const files = site.host.disk.handlers()
    afterPlacing(site, step, (one) => change(files, one), tellUnreadable(site, detail))
  }

/** Changes what lies below the data roots once a step has ended, by default the first that places files. */
export function afterPlacing(
  site: FaultSite,
  named: string,
  change: (one: PlacedPath) => void,
  told: (files: readonly PlacedPath[]) => void,
): void {
  const step = named === '' ? site.stepThat('places') : named
  if (step === null) return
  site.at({ at: 'step-ends', step }, () => {
    const placed = placedPaths(site.host.disk)
    for (const one of placed) change(one)
    const files = placed.filter(({ isDirectory }) => !isDirectory)
    if (files.length > 0) told(files)
  })
}

/** Tells that it has struck when the service cannot read what was placed. */
function tellUnreadable(site: FaultSite, detail: string): (files: readonly PlacedPath[]) => void {
  return (files) => {
    const [first] = files
    if (first !== undefined && !serviceReads(site.host.disk, first.path))
      site.fired(`${files.length} files ${detail}: the service cannot read them`)
  }
}

/** It has struck when the run looks at this path, or at what lies below it. */
export function firesWhenTouched(site: FaultSite, path: string, detail: string): void {
  const watcher: DiskFault = {
    kind: 'watched',
    meets(operation) {
      if (operation.path === path || operation.path.startsWith(`${path}/`)) site.fired(detail)
      return 'perform'
    },
    fork: () => watcher,
  }
  site.at({ at: 'start' }, () => site.host.disk.addFault(watcher))
}
