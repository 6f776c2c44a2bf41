import { chosenMoment, type ParametersOf } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { atMoment, DISK_STEPS, endsAfter, howLong, whenHostMet } from '../striking.ts'

const domains = {
  seconds: howLong(60),
  at: chosenMoment('from when on; by default as the first step that places files begins', DISK_STEPS),
}

function remount(site: FaultSite, { seconds, at }: ParametersOf<typeof domains>): void {
  whenHostMet(site, 'write-refused')
  atMoment(site, at, 'places', () => endsAfter(site, seconds, site.host.remountReadOnly()))
}

/** The kernel remounts the recovery host's file system read-only, as after an error of its journal. */
export const readOnlyDisk = defineFault({
  kind: 'read-only-disk',
  verb: "remount the recovery host's disk read-only",
  strikes: 'host',
  when: 'from a moment of the run on',
  targets: ['sim'],
  domains,
  outcome: () => 'resume',
  survival:
    'The run ends at the first change that is refused, saying so, and is resumed when the disk can be written again.',
  excuses: () => excusesDelay(null),
  planSource: null,
  strike: remount,
})
