import { oneOf, type ParametersOf } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { firesWhenAsked } from '../strike-objects.ts'

const domains = {
  what: oneOf('files of the newest backup, or a segment of the archive', ['backup', 'archive']),
}

function remove(site: FaultSite, { what }: ParametersOf<typeof domains>): void {
  const { backups, segments } = site.contents
  const files = backups[0].files.filter(({ role }) => role === 'data').map(({ key }) => key)
  const older = segments.slice(0, -1).map(({ key }) => key)
  const keys =
    what === 'backup' ? files : older.length === 0 ? [] : [site.random.split('segment').pick(older)]
  for (const key of keys) site.source.delete(key)
  firesWhenAsked(site, keys, `${keys.join(', ')} lay behind a delete marker`)
}

/** A careless hand deletes objects of a bucket that keeps versions: they are listed no more, and every byte is still there. */
export const deletedObjects = defineFault({
  kind: 'deleted-objects',
  verb: 'delete stored objects of a bucket that keeps versions',
  strikes: 'stored-objects',
  when: 'before the run begins',
  targets: ['sim'],
  domains,
  outcome: () => 'recover',
  survival:
    'The version before the delete marker is what was written; an older backup with the archived log holds the same.',
  excuses: () => excusesDelay(60_000),
  planSource: null,
  strike: remove,
})
