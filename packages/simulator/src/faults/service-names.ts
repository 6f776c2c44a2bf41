/** Units of the restored host, as the shipped runbooks name them. */
export const UNITS = Object.freeze({
  api: 'stemedb-api.service',
  backup: 'stemedb-backup.service',
  archive: 'stemedb-archive-wal.service',
  verify: 'stemedb-verify-backup.service',
  backupTimer: 'stemedb-backup.timer',
  archiveTimer: 'stemedb-archive-wal.timer',
})

/** Every unit of a host that serves and protects. */
export const UNIT_NAMES: readonly string[] = [
  'stemedb-api.service',
  'stemedb-backup.timer',
  'stemedb-archive-wal.timer',
  'stemedb-verify-backup.timer',
]
