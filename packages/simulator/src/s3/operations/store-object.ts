import type { Task } from '@dr-drill/runbook-core'
import type { ObjectRecord } from '../storage/records.ts'
import type { StagedFile } from '../storage/staged-file.ts'
import { keyLock } from '../storage/storage.ts'
import type { ObjectDraft } from '../storage/stored-objects.ts'
import { checkWrite, type WriteConditions } from '../wire/conditions.ts'
import type { ServiceContext } from './context.ts'

/** A version about to be written. */
export interface StoreInput {
  readonly bucket: string
  readonly draft: ObjectDraft
  /** Whole and synced. */
  readonly staged: StagedFile
  readonly conditions: WriteConditions
}

/** Makes a version visible if its conditions hold at that moment: of several conditional writers exactly one wins. */
export function* storeObject(context: ServiceContext, input: StoreInput): Task<ObjectRecord> {
  const { storage } = context
  return yield* storage.locks.exclusive(keyLock(input.bucket, input.draft.key), function* () {
    const bucket = yield* storage.buckets.require(input.bucket)
    const { ifAbsent, ifMatch } = input.conditions
    if (ifAbsent || ifMatch !== null) {
      checkWrite(input.conditions, yield* storage.objects.newest(bucket, input.draft.key), input.draft.key)
    }
    return yield* storage.objects.add(bucket, input.draft, input.staged)
  })
}
