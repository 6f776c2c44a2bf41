import { attempt, type Task } from '../../effects/index.ts'
import { FileSystem, ObjectStore } from '../../ports/index.ts'
import { type StoreAccess, withPatience } from './store-writing.ts'
import type { VerificationProblem } from './verification.ts'

/** Reads of an object whose bytes disagree with the checksum the store sent: a second one tells a bad wire from a bad object. */
const READS_MAX = 2

/** What a look at a downloaded object found. */
type Finding = Omit<VerificationProblem, 'severity' | 'subject'>

/**
 * Downloads one object into the scratch directory, lets `look` judge the file, and removes it. Gives what is wrong with the object; null
 * when nothing is. Outages are thrown.
 */
export function* judgeObject(
  access: StoreAccess,
  key: string,
  look: (path: string, sha256: string) => Task<Finding | null>,
): Task<Finding | null> {
  const path = `${access.scratchDirectory}/object-under-verification`
  const problem = yield* download(access, key, path, look)
  yield* FileSystem.remove({ path })
  return problem
}

function* download(
  access: StoreAccess,
  key: string,
  path: string,
  look: (path: string, sha256: string) => Task<Finding | null>,
): Task<Finding | null> {
  const { store } = access
  for (let read = 1; ; read += 1) {
    const got = yield* attempt(
      withPatience(access, () => ObjectStore.download({ store, key, path, mode: 0o600 })),
    )
    if (got.ok) return yield* look(path, got.value.sha256)
    const { code, message } = got.error
    if (code === 'object-missing') return { problem: 'missing', detail: message }
    const mayPass = code === 'object-corrupt' || code === 'object-changed'
    if (!mayPass) throw got.error
    if (read >= READS_MAX) return { problem: 'object-corrupt', detail: message }
  }
}
