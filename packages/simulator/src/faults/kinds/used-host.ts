import { STEMEDB_PATHS } from '@dr-drill/runbook-core/stemedb'
import { oneOf, type ParametersOf } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { firesWhenTouched } from '../strike-placed.ts'

/** How much of somebody's data lies there. */
const LEFT_BYTES = 4_096

const domains = {
  directory: oneOf("in which directory below the service's home", [
    'wal',
    'db',
    'wal-archive',
    'wal-partial',
  ]),
}

function leave(site: FaultSite, { directory }: ParametersOf<typeof domains>): void {
  const folder = `${STEMEDB_PATHS.home}/${directory}`
  site.host.disk.place(`${folder}/segment-00000.wal`, site.random.split('left').bytes(LEFT_BYTES))
  firesWhenTouched(site, folder, `${folder} was not empty`)
}

/** The recovery host is no fresh one: an earlier attempt, or somebody else, has left data where the restored data belongs. */
export const usedHost = defineFault({
  kind: 'used-host',
  verb: 'provide a recovery host with data on it',
  strikes: 'host',
  when: 'before the run begins',
  targets: ['sim'],
  domains,
  outcome: () => 'refuse',
  survival:
    'It may be the only copy of something: refused before anything is done, saying where it lies, with nothing changed.',
  excuses: () => excusesDelay(null),
  planSource: null,
  strike: leave,
})
