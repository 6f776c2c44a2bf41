import type { TimerUnit } from '@dr-drill/runbook-core'
import { type Checksums, invariant, type Task } from '@dr-drill/runbook-core'
import {
  archiveWal,
  backup,
  STEMEDB_ENDPOINT,
  STEMEDB_PATHS,
  stemedbProtectionUnits,
  verifyBackup,
} from '@dr-drill/runbook-core/stemedb'
import { WORLD_STORE } from './host.ts'
import { WORLD_KEY_REF } from './signing.ts'

const HOUR_MS = 3_600_000

/** What the operations of a world are told. */
export interface WorldOperationsOptions {
  readonly checksums: Checksums
  /** Public key of the world's signer, hex. */
  readonly trustKey: string
  readonly engineVersion: string
}

/** Production's timers: the very unit records that a restored host gets; verification often enough to run before the failure. */
export function worldTimers(): readonly TimerUnit[] {
  return stemedbProtectionUnits({ opsCommand: ['drill', 'ops'], verifyIntervalMs: 8 * HOUR_MS }).filter(
    (unit) => unit.kind === 'timer',
  )
}

/** One run of what a timer starts. A verification that finds a problem is a defect of the world. */
export function* runOperation(service: string, options: WorldOperationsOptions): Task<void> {
  const { checksums, trustKey, engineVersion } = options
  const access = {
    store: WORLD_STORE,
    endpoint: STEMEDB_ENDPOINT,
    scratchDirectory: STEMEDB_PATHS.backups,
    engineTimeoutMs: 60_000,
    patienceMs: 60_000,
  }
  const { wal: walDirectory, db: dbDirectory } = STEMEDB_PATHS
  switch (service) {
    case 'stemedb-backup.service':
      yield* backup(checksums, { ...access, walDirectory, dbDirectory, engineVersion, keyRef: WORLD_KEY_REF })
      return
    case 'stemedb-archive-wal.service':
      yield* archiveWal(checksums, { ...access, walDirectory, keyRef: WORLD_KEY_REF, trustKey })
      return
    case 'stemedb-verify-backup.service': {
      const { ok, problems } = yield* verifyBackup(checksums, { ...access, trustKey, backupsMax: 1 })
      invariant(ok, `the world's own verification found ${JSON.stringify(problems)}`)
      return
    }
    default:
      invariant(false, `no operation is called ${service}`)
  }
}
