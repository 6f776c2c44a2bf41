import type { ServiceUnit, TimerUnit, Unit } from '../units/unit.ts'
import { STEMEDB_PATHS, STEMEDB_USER } from './paths.ts'

/** What differs between hosts. */
export interface StemedbUnitOptions {
  /** The engine's program. Default `STEMEDB_PATHS.program`. */
  readonly program?: string
  /** The command that the operations are subcommands of: `['/opt/dr-drill/bin/dr-drill', 'ops']`. */
  readonly opsCommand: readonly [string, ...string[]]
  /** Default 6 h. */
  readonly backupIntervalMs?: number
  /** Default 15 min: with rotation, accuracy and upload time it bounds what a failure can lose (D05). */
  readonly archiveIntervalMs?: number
  /** Default 24 h; the seed leaves it open. */
  readonly verifyIntervalMs?: number
}

/** Sets of units by name, as a runbook asks for them. */
export type StemedbUnitSet = 'service' | 'protection' | 'all'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** One second, where systemd's own default is a minute: the minute would be part of the worst-case loss (D05). */
const ACCURACY_MS = 1000

/** `stemedb-api.service`: the engine. */
export function stemedbApiService(program: string = STEMEDB_PATHS.program): ServiceUnit {
  return {
    kind: 'service',
    name: 'stemedb-api.service',
    description: 'StemeDB API server',
    type: 'daemon',
    argv: [program],
    user: STEMEDB_USER,
    group: STEMEDB_USER,
    environmentFile: STEMEDB_PATHS.environmentFile,
    writablePaths: [STEMEDB_PATHS.wal, STEMEDB_PATHS.db],
    restart: 'on-failure',
    restartDelayMs: 5000,
    // Replaying the log comes before readiness and may take long (D09).
    startTimeoutMs: 30 * MINUTE_MS,
    stopTimeoutMs: 90_000,
  }
}

/** The operations that timers run, with their interval and how long one run may take. */
function operations(options: StemedbUnitOptions) {
  return [
    {
      operation: 'backup',
      description: 'Full backup of StemeDB',
      intervalMs: options.backupIntervalMs ?? 6 * HOUR_MS,
      limitMs: 2 * HOUR_MS,
    },
    {
      operation: 'archive-wal',
      description: 'Archival of closed StemeDB WAL segments',
      intervalMs: options.archiveIntervalMs ?? 15 * MINUTE_MS,
      limitMs: 14 * MINUTE_MS,
    },
    {
      operation: 'verify-backup',
      description: 'Verification of StemeDB backups and archive, read back whole',
      intervalMs: options.verifyIntervalMs ?? 24 * HOUR_MS,
      limitMs: 6 * HOUR_MS,
    },
  ] as const
}

/** The six units that keep backups coming: a oneshot service and a timer for each operation (D46). */
export function stemedbProtectionUnits(options: StemedbUnitOptions): readonly Unit[] {
  return operations(options).flatMap(({ operation, description, intervalMs, limitMs }) => {
    const service: ServiceUnit = {
      kind: 'service',
      name: `stemedb-${operation}.service`,
      description,
      type: 'oneshot',
      argv: [...options.opsCommand, operation],
      user: STEMEDB_USER,
      group: STEMEDB_USER,
      environmentFile: STEMEDB_PATHS.environmentFile,
      // They read the engine's files and ask it over HTTP; they never write them.
      writablePaths: [STEMEDB_PATHS.backups],
      restart: 'no',
      restartDelayMs: 0,
      startTimeoutMs: limitMs,
      stopTimeoutMs: 90_000,
    }
    const timer: TimerUnit = {
      kind: 'timer',
      name: `stemedb-${operation}.timer`,
      description: `Timer: ${description}`,
      service: service.name,
      intervalMs,
      alignedToDay: true,
      accuracyMs: ACCURACY_MS,
    }
    return [service, timer]
  })
}

/** The units of a set; null for a name that is none. */
export function stemedbUnits(options: StemedbUnitOptions): (set: string) => readonly Unit[] | null {
  return (set) => {
    const service = stemedbApiService(options.program)
    switch (set as StemedbUnitSet) {
      case 'service':
        return [service]
      case 'protection':
        return stemedbProtectionUnits(options)
      case 'all':
        return [service, ...stemedbProtectionUnits(options)]
      default:
        return null
    }
  }
}
