import type { FuzzTarget } from '../fuzz-target.ts'
import { archiveKey, manifest, metadata, sidecar } from './backups.ts'
import { apiAnswer, apiRequest } from './http-bodies.ts'
import { checkpoint, recovery, segment } from './record-files.ts'
import { journal, oracle } from './run-files.ts'
import { condition, yaml } from './runbooks.ts'
import { s3Request } from './s3.ts'

/** Everything here that reads bytes a stranger may have written. */
export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  segment,
  checkpoint,
  recovery,
  manifest,
  metadata,
  sidecar,
  archiveKey,
  journal,
  oracle,
  yaml,
  condition,
  s3Request,
  apiRequest,
  apiAnswer,
]
