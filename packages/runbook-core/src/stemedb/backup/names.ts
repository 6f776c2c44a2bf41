import { formatInstant, INSTANT_MAX } from '../../text/instant.ts'

/** Every backup's name begins so (seed-facts C.5). */
export const BACKUP_PREFIX = 'stemedb-backup-'
/** Prefix of all archived segments (seed-facts C.5). */
export const ARCHIVE_PREFIX = 'wal-archive/'
/** What the seed's operators read with jq (seed-facts C.4). */
export const METADATA_FILE = 'backup-metadata.json'
/** Written last: a backup without it never finished (D20). */
export const MANIFEST_FILE = 'manifest.jsonl'
/** A segment's sidecar has the segment's key and this. */
export const SIDECAR_SUFFIX = '.json'

const BACKUP_NAME = /^stemedb-backup-(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)$/
const HISTORY = /^(?!0{32}$)[0-9a-f]{32}$/
const SEGMENT_FILE = /^segment-(\d{5,15})\.wal$/
const DATA_FILE = /^db\/[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.kv$/
const ARCHIVED = /^wal-archive\/([0-9a-f]{32})\/(segment-\d{5,15}\.wal)(\.json)?$/

/** The name of a backup begun at this history time (ms); whole seconds, UTC: `stemedb-backup-20260211-180000`. */
export function backupName(startedAt: number): string {
  const digits = formatInstant(startedAt).replaceAll(/[-:T]/g, '')
  return `${BACKUP_PREFIX}${digits.slice(0, 8)}-${digits.slice(8, 14)}`
}

/** The history time (ms) that a backup's name claims; null when it is no backup's name or no such second exists. */
export function parseBackupName(name: string): number | null {
  const match = BACKUP_NAME.exec(name)
  if (match === null) return null
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const at = Date.UTC(year, month - 1, day, hour, minute, second)
  // Years below 100 mean 19xx to Date.UTC, and February 30 is carried over: neither writes back the same.
  return at >= 0 && at <= INSTANT_MAX && backupName(at) === name ? at : null
}

/** True for a history's id: 32 lower-case hex digits, not all zero. */
export function isHistory(text: string): boolean {
  return HISTORY.test(text)
}

/** A segment's file name: `segment-00042.wal`; five digits or more, never padded beyond five. */
export function segmentFileName(number: number): string {
  return `segment-${String(number).padStart(5, '0')}.wal`
}

/** The number in a segment's file name; null when it is none. */
export function parseSegmentFileName(name: string): number | null {
  const digits = SEGMENT_FILE.exec(name)?.[1]
  if (digits === undefined) return null
  return segmentFileName(Number(digits)) === name ? Number(digits) : null
}

/** Where one file of a backup belongs; null when no backup of this format has a file of that path (so: no traversal, ever). */
export function roleOfBackupPath(path: string): 'log' | 'data' | 'metadata' | null {
  if (path === METADATA_FILE) return 'metadata'
  if (path.startsWith('wal/')) return parseSegmentFileName(path.slice(4)) === null ? null : 'log'
  return DATA_FILE.test(path) ? 'data' : null
}

/** Key prefix of one history's archived segments; two histories never share a key (D62). */
export function archivePrefix(history: string): string {
  return `${ARCHIVE_PREFIX}${history}/`
}

/** Key of an archived segment; its sidecar's is this with `SIDECAR_SUFFIX`. */
export function archivedSegmentKey(history: string, number: number): string {
  return `${archivePrefix(history)}${segmentFileName(number)}`
}

/** What a key below `wal-archive/` names. */
export interface ArchiveKey {
  readonly history: string
  readonly number: number
  readonly isSidecar: boolean
}

/** Reads a key below `wal-archive/`; null when it names neither a segment nor a sidecar. */
export function parseArchiveKey(key: string): ArchiveKey | null {
  const match = ARCHIVED.exec(key)
  if (match === null) return null
  const number = parseSegmentFileName(match[2]!)
  const history = match[1]!
  if (number === null || !isHistory(history)) return null
  return { history, number, isSidecar: match[3] !== undefined }
}
