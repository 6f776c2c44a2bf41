import { backupName } from '@dr-drill/runbook-core/stemedb'
import { defineFault, NO_EXCUSE } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { bytesNow, firesWhenAsked } from '../strike-objects.ts'

/** A careless hand copies an old backup to where the newest would be. */
function misname(site: FaultSite): void {
  const { name } = site.contents.backups.at(-1) ?? site.contents.backups[0]
  const newer = backupName(site.failureAt - 1_000)
  const copied: string[] = []
  for (const key of site.source.keys()) {
    if (!key.startsWith(`${name}/`)) continue
    const bytes = bytesNow(site, key)
    if (bytes === null) continue
    const copy = `${newer}/${key.slice(name.length + 1)}`
    site.source.overwrite(copy, bytes)
    copied.push(copy)
  }
  firesWhenAsked(site, copied, `${name} lay under the name ${newer}, too`)
}

/** An old backup lies under a name that makes it the newest; every byte of it is good, and it is not what its name says. */
export const misnamedBackup = defineFault({
  kind: 'misnamed-backup',
  verb: 'copy an old backup under the name of a newer one',
  strikes: 'stored-objects',
  when: 'before the run begins',
  targets: ['sim'],
  domains: {},
  outcome: () => 'recover',
  survival:
    'Name, manifest and metadata must agree: it is refused, and the newest that is what it says is taken.',
  excuses: () => NO_EXCUSE,
  planSource: null,
  strike: misname,
})
