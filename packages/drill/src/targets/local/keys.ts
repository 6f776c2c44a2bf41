import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StoreKeys } from '../../ports/object-store/index.ts'

/** Secrets of one run, made once and kept in a folder that only the invoking user can read, so that a resumed run has them. */
export interface RunSecrets {
  readonly sourceReader: StoreKeys
  readonly sourceWriter: StoreKeys
  readonly archive: StoreKeys
  /** Of the restored engine's admin requests. */
  readonly adminToken: string
  /** Ed25519 seed, 64 hex digits, that signs what the restored server writes. */
  readonly signingSeed: string
  /** Of the statistics of the embedded object store. */
  readonly statisticsToken: string
}

/** The run's secrets; made when they are not there yet. */
export function runSecrets(work: string): RunSecrets {
  const folder = join(work, 'secrets')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, 'keys.json')
  if (!existsSync(file)) {
    const made: RunSecrets = {
      sourceReader: newKeys('READER'),
      sourceWriter: newKeys('WRITER'),
      archive: newKeys('ARCHIVE'),
      adminToken: randomBytes(24).toString('hex'),
      signingSeed: randomBytes(32).toString('hex'),
      statisticsToken: randomBytes(24).toString('hex'),
    }
    // Whole or not at all: half a file would lock the run out of what it keeps.
    rmSync(`${file}.new`, { force: true })
    writeFileSync(`${file}.new`, JSON.stringify(made), { mode: 0o600, flag: 'wx' })
    renameSync(`${file}.new`, file)
  }
  return JSON.parse(readFileSync(file, 'utf8')) as RunSecrets
}

const newKeys = (name: string): StoreKeys => ({
  accessKeyId: `DRILL${name}${randomBytes(4).toString('hex').toUpperCase()}`,
  secretAccessKey: randomBytes(24).toString('base64url'),
})
