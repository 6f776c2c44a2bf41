import { STEMEDB_PATHS, STEMEDB_USER } from '@dr-drill/runbook-core/stemedb'
import { oneOf, type ParametersOf } from '../domains/index.ts'
import { defineFault, NO_EXCUSE } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { engineProgram } from '../leave-behind.ts'
import { firesWhenTouched } from '../strike-placed.ts'

const OTHER_BYTES = 128

const domains = {
  what: oneOf('the very program, which its service may change, or another one', ['same', 'other']),
}

function leave(site: FaultSite, { what }: ParametersOf<typeof domains>): void {
  const { program } = STEMEDB_PATHS
  const bytes = what === 'same' ? engineProgram(site) : site.random.split('other').bytes(OTHER_BYTES)
  if (bytes === null) return
  site.host.disk.place(program, bytes, { mode: 0o777, owner: STEMEDB_USER, group: STEMEDB_USER })
  firesWhenTouched(site, program, `${program} was there already`)
}

/** The recovery host was made from an image that has an engine on it: the right one with wrong rights, or one that reads no such data. */
export const oldProgram = defineFault({
  kind: 'old-program',
  verb: 'provide a recovery host with an engine on it',
  strikes: 'host',
  when: 'before the run begins',
  targets: ['sim'],
  domains,
  outcome: () => 'recover',
  survival:
    'What lies there is compared with the pinned digest and replaced, and belongs to root whoever had put it there.',
  excuses: () => NO_EXCUSE,
  planSource: null,
  strike: leave,
})
