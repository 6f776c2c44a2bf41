export * from './api/index.ts'
export type { AssertResult } from './commit-queue.ts'
export {
  type AssertionInput,
  type EngineHealth,
  type EngineStatistics,
  openEngine,
  StemedbEngine,
} from './engine.ts'
export type { ClosedSegment } from './log-writer.ts'
export type { EngineOptions } from './options.ts'
export type { Query, QueryPage, StoredAssertion } from './query.ts'
export type { CheckpointFile } from './record-files.ts'
