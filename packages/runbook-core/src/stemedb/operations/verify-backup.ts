import type { Checksums } from '../../checksums/index.ts'
import type { Task } from '../../effects/index.ts'
import type { BackupCandidate, BackupDescription } from '../../formats/index.ts'
import { Log } from '../../ports/index.ts'
import { listCandidates } from '../backup/backup-format.ts'
import { describeBackup } from '../backup/describe-backup.ts'
import { type StoreAccess, withPatience } from './store-writing.ts'
import type { VerificationProblem, VerifiedBackup, VerifiedHistory } from './verification.ts'
import { verifyArchive } from './verify-archive.ts'
import { verifyBackupFiles } from './verify-backup-files.ts'

/** What a verification is told. */
export interface VerifyBackupInput extends StoreAccess {
  /** Raw Ed25519 public key, hex, kept outside the bucket; null leaves authenticity unchecked. */
  readonly trustKey: string | null
  /** How many backups to read back, newest first; null: all. */
  readonly backupsMax: number | null
}

/** What a verification found. It informs people and alerts; a restore believes none of it and checks again. */
export interface VerifyBackupOutput {
  /** True when no problem is an error. */
  readonly ok: boolean
  /** True when signatures were checked. */
  readonly authenticityChecked: boolean
  /** Backups that every byte of was read and found right, newest first. */
  readonly verified: readonly VerifiedBackup[]
  readonly histories: readonly VerifiedHistory[]
  readonly problems: readonly VerificationProblem[]
}

/**
 * Reads backups and the whole archive back from the store and checks everything that can be checked: signatures, digests, structure of
 * every record, that the log is contiguous from a base to the newest archived segment. Problems are results, not errors.
 * One object at a time lies in the scratch directory, so neither memory nor disk grows with the archive.
 * What it cannot see: that the newest archived segments, or a whole backup, were removed. @throws an outage of the store
 */
export function* verifyBackup(checksums: Checksums, input: VerifyBackupInput): Task<VerifyBackupOutput> {
  const candidates = yield* withPatience(input, () => listCandidates(input.store))
  const problems: VerificationProblem[] = []
  const bases: BackupDescription[] = []
  const verified: VerifiedBackup[] = []
  for (const [order, candidate] of candidates.entries()) {
    const description = yield* describeOne(checksums, input, candidate, problems)
    if (description === null) continue
    bases.push(description)
    if (input.backupsMax !== null && order >= input.backupsMax) continue
    const found = yield* verifyBackupFiles(checksums, input, description)
    problems.push(...found)
    if (found.length === 0) verified.push(verifiedOf(description))
  }
  if (bases.length === 0 && candidates.length > 0) {
    const detail = `none of ${candidates.length} backups can be used`
    problems.push({ severity: 'error', subject: input.store, problem: 'backup-none-usable', detail })
  }
  const archive = yield* verifyArchive(checksums, input, bases)
  problems.push(...archive.problems)
  const ok = problems.every(({ severity }) => severity !== 'error')
  yield* report(ok, verified, problems)
  const authenticityChecked = input.trustKey !== null
  return { ok, authenticityChecked, verified, histories: archive.histories, problems }
}

function* describeOne(
  checksums: Checksums,
  input: VerifyBackupInput,
  candidate: BackupCandidate,
  problems: VerificationProblem[],
): Task<BackupDescription | null> {
  const { store, trustKey } = input
  const described = yield* withPatience(input, () =>
    describeBackup(checksums, { store, candidate, trustKey }),
  )
  if (described.kind === 'usable') return described.description
  const { reason, detail } = described.refusal
  // A run that was cut short leaves one of these behind, and the one under way looks the same.
  const severity = reason === 'incomplete' ? 'notice' : 'error'
  problems.push({ severity, subject: candidate.name, problem: reason, detail })
  return null
}

function verifiedOf(description: BackupDescription): VerifiedBackup {
  const { name, history, stopPosition, stoppedAt, recordCount, totalBytes } = description
  return { name, history, stopPosition, stoppedAt, recordCount, totalBytes }
}

function* report(
  ok: boolean,
  verified: readonly VerifiedBackup[],
  problems: readonly VerificationProblem[],
): Task<void> {
  for (const { severity, subject, problem, detail } of problems) {
    const level = severity === 'error' ? 'error' : 'warn'
    yield* Log.write({ level, message: `${subject}: ${problem}: ${detail}` })
  }
  yield* Log.write({
    level: ok ? 'info' : 'error',
    message: ok ? 'Verification found nothing wrong' : 'Verification found errors',
    fields: { backupsVerified: verified.length, problems: problems.length },
  })
}
