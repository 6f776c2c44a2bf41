export type {
  BackupCandidate,
  BackupDescription,
  BackupFile,
  BackupFormat,
  Described,
  FileProblem,
  Position,
  Refusal,
  SignatureStatus,
} from './backup-format.ts'
export type { EngineHealth, EngineProbe, RecordReader } from './engine-probe.ts'
export type {
  ArchivedSegment,
  CutBound,
  Lineage,
  LogDamage,
  LogFormat,
  RefusedSegment,
  SegmentScan,
} from './log-format.ts'
export type { Readback, ReadbackRecord } from './readback.ts'
