import type { S3FaultRule } from '../s3/index.ts'
import type { StoreControl, StoredVersion } from './contract.ts'
import type { Denial, MemoryBucket } from './memory-bucket.ts'

/** What befalls a bucket in memory; `accessKey` is the credential that `deny` is about. */
export function bucketControl(bucket: MemoryBucket, accessKey: string): StoreControl {
  return {
    state: () => bucket.content.present,
    keys: () => bucket.content.present.versions.map(({ key }) => key),
    versions: (key): readonly StoredVersion[] => versionsHeld(bucket, key),
    rot: (key, bytes) => bucket.rot(key, bytes),
    overwrite: (key, bytes) => void bucket.put(key, bytes),
    delete: (key) => bucket.delete(key),
    lose: (key) => bucket.lose(key),
    lagBehind: (at) => {
      bucket.readsAt = at
    },
    get shownUntil() {
      return bucket.readsAt
    },
    addRule: (rule: S3FaultRule) => bucket.faults.add(rule),
    deny: (what: Denial, met) => bucket.deny(accessKey, what, met),
    onRead: (listener) => void bucket.readListeners.push(listener),
    onList: (listener) => void bucket.listListeners.push(listener),
  }
}

function versionsHeld(bucket: MemoryBucket, key: string): readonly StoredVersion[] {
  if (bucket.versioning) return bucket.content.history(key)
  const held = bucket.held(key)
  return held === null ? [] : [held]
}
