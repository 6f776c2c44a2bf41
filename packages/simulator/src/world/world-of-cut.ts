import { driveSync, environment, ObjectStore, type PortHandlers, type Task } from '@dr-drill/runbook-core'
import { SimulatedDisk } from '../disk/index.ts'
import type { Production } from '../production/index.ts'
import { objectStoreHandlers, type S3Digests, S3Service } from '../s3/index.ts'
import type { BucketContent } from '../store/index.ts'
import { WORLD_CREDENTIAL, WORLD_STORE } from './host.ts'

/** A production as a disaster left it, in the form in which real servers keep it. */
export interface CutWorld {
  /** Data directory of the embedded S3 server, below `/`. */
  readonly s3: SimulatedDisk
  /** The ledger file. */
  readonly ledger: Uint8Array
  /** Writes that were acknowledged before the disaster. */
  readonly acknowledged: number
}

/**
 * Writes what a disaster at `at` left of a production's store into the data directory of a server, each version with the time at which
 * it was written: what a simulated drill restores, other targets can restore, too.
 */
export function worldOfCut(
  production: Production,
  at: number,
  left: BucketContent,
  digests: S3Digests,
): CutWorld {
  const s3 = new SimulatedDisk()
  const files = s3.handlers() as unknown as PortHandlers
  let now = production.startedAt
  const service = new S3Service({
    environment: environment({ FileSystem: files }),
    credentials: [WORLD_CREDENTIAL],
    historyNowMs: () => now,
    wallNowMs: () => now,
    digests,
  })
  const stores = {
    [WORLD_STORE]: { service, bucket: production.bucket, prefix: '', credentials: WORLD_CREDENTIAL },
  }
  const writing = function* (): Task<void> {
    yield* service.ensureBucket(production.bucket, 'enabled')
    for (const key of left.keys) {
      for (const { bytes, writtenAt } of left.history(key).toReversed()) {
        now = writtenAt
        yield* ObjectStore.put({ store: WORLD_STORE, key, bytes, ifAbsent: false })
      }
    }
  }
  const ObjectStorePort = objectStoreHandlers({ stores }) as unknown as PortHandlers
  const exit = driveSync(writing(), environment({ FileSystem: files, ObjectStore: ObjectStorePort }))
  if (exit?.kind === 'failure') throw exit.error
  const cut = production.cutAt(at)
  const acknowledged = production.ledger.slice(0, cut.lines).filter(({ op }) => op === 'acknowledged').length
  return { s3, ledger: cut.ledgerFile(), acknowledged }
}
