/** Where StemeDB keeps what (seed-facts C.4, C.6). All are paths of the target's root. */
export const STEMEDB_PATHS = Object.freeze({
  home: '/var/lib/stemedb',
  wal: '/var/lib/stemedb/wal',
  db: '/var/lib/stemedb/db',
  /** Working directory of the operations: nothing in it is needed after a crash. */
  backups: '/var/backups/stemedb',
  environmentFile: '/etc/default/stemedb',
  unitDirectory: '/etc/systemd/system',
  program: '/opt/stemedb/bin/stemedb-api',
})

/** The account StemeDB and its operations run under, and its group. */
export const STEMEDB_USER = 'stemedb'

/** The engine's API by its reference: resolved to an address (and to a token) inside the Http port only. */
export const STEMEDB_ENDPOINT = 'stemedb-api'
