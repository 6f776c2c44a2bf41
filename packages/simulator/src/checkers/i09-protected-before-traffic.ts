import { defineChecker, listed } from './checker.ts'
import { type Archived, isWholeBackup } from './truth/archive-truth.ts'

/** What must tick before a client may write. */
const TIMERS = ['stemedb-backup.timer', 'stemedb-archive-wal.timer'] as const

/**
 * Before a client is let in a whole backup of the restored data lies in its archive, every file in full size, and the timers
 * that protect it are enabled. Read from the archive's own bytes and times.
 * Does not see: bytes of a backup that rot in place, whether the timers will succeed later, and backups of which the archive's clock lies.
 */
export const protectedBeforeTraffic = defineChecker('I9', 'protected-before-traffic', (truth) => {
  const { exposures, archive, epochMs, served } = truth
  const [first] = exposures.filter(({ what }) => what !== 'bind')
  if (first === undefined) return ['held', 'no client was let in']
  const off = TIMERS.filter((timer) => !first.timers.has(timer))
  if (off.length > 0) return ['violated', `clients were let in while ${listed(off)} did not tick`]
  if (archive === null) return ['not-checked', 'the archive cannot be looked into']
  const whole = archive
    .keys()
    .filter((key) => key.endsWith('/manifest.jsonl'))
    .map((key): Archived => ({ key, version: archive.versions(key).at(-1) ?? null }))
    .filter(({ version }) => version !== null && version.lastModifiedAt <= epochMs + first.at)
    .filter(({ key }) => isWholeBackup(archive, key, served?.length ?? 0))
  return whole.length > 0
    ? ['held', `${whole.length} whole backups lay in the archive, and the timers were enabled`]
    : ['violated', 'clients were let in and no whole backup of the restored data lay in the archive']
})
