export { type ArchiveWalInput, type ArchiveWalOutput, archiveWal } from './archive-wal.ts'
export { type BackupInput, type BackupOutput, backup } from './backup.ts'
export type { EngineAccess } from './engine-admin.ts'
export type { StoreAccess } from './store-writing.ts'
export type {
  VerificationProblem,
  VerificationReason,
  VerifiedBackup,
  VerifiedHistory,
} from './verification.ts'
export { type VerifyBackupInput, type VerifyBackupOutput, verifyBackup } from './verify-backup.ts'
