import { utf8Encode } from '@dr-drill/runbook-core'
import {
  STEMEDB_PATHS,
  STEMEDB_USER,
  stemedbApiService,
  stemedbProtectionUnits,
} from '@dr-drill/runbook-core/stemedb'
import { oneOf, type ParametersOf } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { engineProgram } from '../leave-behind.ts'
import { whenHostMet } from '../striking.ts'

const OPS = ['/opt/dr-drill/bin/dr-drill', 'ops'] as const
/** Where the service that was left keeps its data: not where restored data belongs. */
const ELSEWHERE = '/srv/stemedb'
const OWN = { owner: STEMEDB_USER, group: STEMEDB_USER }
const UNITS = {
  service: 'stemedb-api.service',
  'backup-timer': 'stemedb-backup.timer',
  'archive-timer': 'stemedb-archive-wal.timer',
  'verify-timer': 'stemedb-verify-backup.timer',
} as const

const domains = {
  unit: oneOf('which of them', ['service', 'backup-timer', 'archive-timer', 'verify-timer']),
}

function leave(site: FaultSite, { unit }: ParametersOf<typeof domains>): void {
  const program = engineProgram(site)
  if (program === null) return
  const { disk } = site.host
  const lines = [
    'STEMEDB_BIND_ADDR=127.0.0.1:18180',
    `STEMEDB_WAL_DIR=${ELSEWHERE}/wal`,
    `STEMEDB_DB_DIR=${ELSEWHERE}/db`,
  ]
  disk.place(STEMEDB_PATHS.environmentFile, utf8Encode(`${lines.join('\n')}\n`), { mode: 0o640 })
  disk.place(STEMEDB_PATHS.program, program, { mode: 0o755 })
  for (const folder of ['wal', 'db']) {
    disk.place(`${ELSEWHERE}/${folder}/.keep`, new Uint8Array(0), OWN)
    disk.plainHandlers.setOwner({ path: `${ELSEWHERE}/${folder}`, ...OWN })
    disk.plainHandlers.remove({ path: `${ELSEWHERE}/${folder}/.keep` })
  }
  whenHostMet(site, `unit-stopped ${UNITS[unit]}`)
  site.host.runUnits([stemedbApiService(), ...stemedbProtectionUnits({ opsCommand: OPS })], UNITS[unit])
}

/** The recovery host was in use before: a service or a timer of the database still runs on it and works on what is placed there. */
export const leftoverUnits = defineFault({
  kind: 'leftover-units',
  verb: 'leave a service or a timer running on the recovery host',
  strikes: 'host',
  when: 'before the run begins',
  targets: ['sim'],
  domains,
  outcome: () => 'recover',
  survival: 'Everything that writes there is stopped and disabled before anything is placed or configured.',
  excuses: () => excusesDelay(60_000),
  planSource: null,
  strike: leave,
})
