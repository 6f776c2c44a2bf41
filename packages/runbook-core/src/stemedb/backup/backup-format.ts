import type { Checksums } from '../../checksums/index.ts'
import type { Task } from '../../effects/index.ts'
import type { BackupCandidate, BackupFormat } from '../../formats/index.ts'
import { compareUtf8 } from '../../text/utf8.ts'
import { describeBackup } from './describe-backup.ts'
import { BACKUP_PREFIX, parseBackupName } from './names.ts'
import { directoriesBelow } from './store-reading.ts'
import { verifyPlacedBackup } from './verify-placed.ts'

/** StemeDB's backups: laid out and signed as `docs/formats-backup.md` says. */
export function stemedbBackupFormat(options: { readonly checksums: Checksums }): BackupFormat {
  const { checksums } = options
  return {
    list: ({ store }) => listCandidates(store),
    describe: (input) => describeBackup(checksums, input),
    verify: (input) => verifyPlacedBackup(checksums, input),
  }
}

/** Everything whose name begins like a backup's: newest name first, names that are none last. Nothing is believed yet. */
export function* listCandidates(store: string): Task<readonly BackupCandidate[]> {
  const names = yield* directoriesBelow(store, BACKUP_PREFIX)
  return names
    .map((name) => ({ name, namedAt: parseBackupName(name) }))
    .sort((a, b) => (b.namedAt ?? -1) - (a.namedAt ?? -1) || compareUtf8(a.name, b.name))
}
