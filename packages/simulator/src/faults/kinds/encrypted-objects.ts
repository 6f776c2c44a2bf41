import { oneOf, type ParametersOf } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { bytesNow, encrypted, firesWhenAsked } from '../strike-objects.ts'

const domains = {
  what: oneOf('the newest backup, the archived segments, or all that was stored', [
    'backup',
    'archive',
    'all',
  ]),
}
type What = ParametersOf<typeof domains>['what']

function struckBy(site: FaultSite, what: What): readonly string[] {
  const { backups, segments } = site.contents
  const archived = segments.map(({ key }) => key)
  const [newest] = backups
  const stored = (name: string) => site.source.keys().filter((key) => key.startsWith(`${name}/`))
  if (what === 'archive') return archived
  return what === 'backup'
    ? stored(newest.name)
    : [...backups.flatMap(({ name }) => stored(name)), ...archived]
}

function encrypt(site: FaultSite, { what }: ParametersOf<typeof domains>): void {
  const keys = struckBy(site, what)
  for (const key of keys) {
    const bytes = bytesNow(site, key)
    if (bytes !== null) site.source.overwrite(key, encrypted(site, bytes))
  }
  firesWhenAsked(site, keys, `${keys.length} objects were overwritten with what nobody can read`)
}

/** Ransomware with the right to write has overwritten objects; the bucket keeps versions, so what they were is still there. */
export const encryptedObjects = defineFault({
  kind: 'encrypted-objects',
  verb: 'encrypt stored objects in a bucket that keeps versions',
  strikes: 'stored-objects',
  when: 'before the run begins',
  targets: ['sim'],
  domains,
  outcome: () => 'recover',
  survival:
    'The version before is what was written, of manifests, sidecars and data alike; an older backup with the archived log holds the same.',
  excuses: () => excusesDelay(60_000),
  planSource: null,
  strike: encrypt,
})
