import type { Checksums } from '@dr-drill/runbook-core'

/** What an engine is opened with. */
export interface EngineOptions {
  /** Existing directories; they are never made by the engine, since a missing one is a missing mount (D86). */
  readonly walDirectory: string
  readonly dbDirectory: string
  readonly checksums: Checksums
  /** A segment is closed before it would grow beyond this; default 16 MiB. A single larger write still goes into one segment. */
  readonly segmentSizeBytes?: number
  /**
   * Id (32 lower-case hex digits) of the history that begins with this start, given after a restore. Starting again with the same id
   * continues it.
   */
  readonly beginHistory?: string | null
  /**
   * Seeds the hashes of ids and paths. Drawn when not given, so that nobody can choose ids that collide; a simulated world gives all its
   * engines one, so that they share what recovery builds.
   */
  readonly hashSeed?: number
  /** Receives the lines of the service's log as they come (seed-facts C.6). */
  readonly onLog?: (level: 'info' | 'warn' | 'error', line: string) => void
}

/** Size of a segment when nobody says otherwise. */
export const SEGMENT_SIZE_BYTES = 16 * 1024 * 1024
/** Mode of the files the engine makes: read and write for its user, read for its group. */
export const DATA_FILE_MODE = 0o640
