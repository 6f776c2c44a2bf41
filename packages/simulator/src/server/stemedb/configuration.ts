import { readFileSync } from 'node:fs'
import { OperatingError } from '@dr-drill/runbook-core'
import { STEMEDB_PATHS } from '@dr-drill/runbook-core/stemedb'

/** Environment of a process; what is not named here is not read. */
export type Variables = Readonly<Record<string, string | undefined>>

/** Levels of `RUST_LOG`, the quietest first. */
export const LOG_LEVELS = ['off', 'error', 'warn', 'info', 'debug', 'trace'] as const

/** A server's settings, checked. */
export interface StemedbConfiguration {
  readonly host: string
  /** 0: any free one; the log's last line says which. */
  readonly port: number
  readonly walDirectory: string
  readonly dbDirectory: string
  readonly logLevel: (typeof LOG_LEVELS)[number]
  /** Directory of this machine that is `/` to the paths above. */
  readonly root: string
  readonly instance: string | null
  readonly adminToken: string | null
  readonly beginHistory: string | null
  readonly segmentSizeBytes: number | null
  /** Added to the wall clock to give history time, ms. */
  readonly historyShiftMs: number
  readonly exitsWithParent: boolean
}

const BIND = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/

/**
 * Reads the settings of seed-facts C.6 and ours: `STEMEDB_BIND_ADDR`, `STEMEDB_WAL_DIR`, `STEMEDB_DB_DIR`, `RUST_LOG`;
 * `STEMEDB_INSTANCE_TOKEN` (or systemd's `INVOCATION_ID`), `STEMEDB_ADMIN_TOKEN_FILE` (or `STEMEDB_ADMIN_TOKEN`),
 * `STEMEDB_BEGIN_HISTORY`, `STEMEDB_SEGMENT_BYTES`, `STEMEDB_EXIT_WITH_PARENT`, `DRILL_ROOT`, `DRILL_HISTORY_SHIFT_MS`. Empty is unset.
 * @throws OperatingError `usage-invalid`, naming the variable
 */
export function readConfiguration(variables: Variables): StemedbConfiguration {
  const read = (name: string): string | null => variables[name] || null
  const { host, port } = parseBind(read('STEMEDB_BIND_ADDR') ?? '127.0.0.1:18180')
  return {
    host,
    port,
    walDirectory: absolute('STEMEDB_WAL_DIR', read('STEMEDB_WAL_DIR') ?? STEMEDB_PATHS.wal),
    dbDirectory: absolute('STEMEDB_DB_DIR', read('STEMEDB_DB_DIR') ?? STEMEDB_PATHS.db),
    logLevel: parseLevel(read('RUST_LOG') ?? 'info'),
    root: absolute('DRILL_ROOT', read('DRILL_ROOT') ?? '/'),
    instance: read('STEMEDB_INSTANCE_TOKEN') ?? read('INVOCATION_ID'),
    adminToken: adminToken(read('STEMEDB_ADMIN_TOKEN_FILE'), read('STEMEDB_ADMIN_TOKEN')),
    beginHistory: parseHistory(read('STEMEDB_BEGIN_HISTORY')),
    segmentSizeBytes: wholeNumber('STEMEDB_SEGMENT_BYTES', read('STEMEDB_SEGMENT_BYTES'), 4096),
    historyShiftMs: wholeNumber('DRILL_HISTORY_SHIFT_MS', read('DRILL_HISTORY_SHIFT_MS'), -(2 ** 52)) ?? 0,
    exitsWithParent: read('STEMEDB_EXIT_WITH_PARENT') === '1' || read('DRILL_EXIT_WITH_PARENT') === '1',
  }
}

function parseBind(text: string): { host: string; port: number } {
  const match = BIND.exec(text)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  if (host === undefined || port > 65_535)
    throw invalid('STEMEDB_BIND_ADDR', 'HOST:PORT, such as 0.0.0.0:18180')
  return { host, port }
}

/** The level of everything; what `RUST_LOG` says of single modules (`a=debug`) is passed over. */
function parseLevel(text: string): StemedbConfiguration['logLevel'] {
  const level = text.split(',').find((part) => !part.includes('='))
  const known = LOG_LEVELS.find((name) => name === (level ?? 'info').trim().toLowerCase())
  if (known === undefined) throw invalid('RUST_LOG', `one of ${LOG_LEVELS.join(', ')}`)
  return known
}

function absolute(name: string, path: string): string {
  const trimmed = path.replace(/(?<=.)\/+$/, '')
  if (!trimmed.startsWith('/') || trimmed.includes('\0')) throw invalid(name, 'an absolute path')
  return trimmed
}

function parseHistory(text: string | null): string | null {
  if (text !== null && !/^(?!0+$)[0-9a-f]{32}$/.test(text)) {
    throw invalid('STEMEDB_BEGIN_HISTORY', '32 lower-case hex digits, not all zero')
  }
  return text
}

function wholeNumber(name: string, text: string | null, least: number): number | null {
  if (text === null) return null
  const value = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(value) || value < least) throw invalid(name, `an integer of at least ${least}`)
  return value
}

/** A token's file keeps it out of the process list; its text is never part of a message. */
function adminToken(path: string | null, token: string | null): string | null {
  if (path === null) return token
  try {
    const text = readFileSync(path, 'utf8').trim()
    if (text.length >= 16 && text.length <= 1024) return text
  } catch {
    throw invalid('STEMEDB_ADMIN_TOKEN_FILE', 'a readable file')
  }
  throw invalid('STEMEDB_ADMIN_TOKEN_FILE', 'a file with a token of 16 to 1024 characters')
}

function invalid(name: string, wanted: string): OperatingError {
  return new OperatingError('usage-invalid', `${name} must be ${wanted}`, { subject: name })
}
