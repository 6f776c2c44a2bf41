import { mkdirSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Copies,
  collectEvidence,
  compareByFiles,
  driveAsync,
  type PortHandlers,
  type QualifiedRunbook,
  type RunEvent,
  type RunRecord,
  unwrap,
} from '@dr-drill/runbook-core'
import { STEMEDB_ENDPOINT, stemedbReadback } from '@dr-drill/runbook-core/stemedb'
import { nativeChecksums, nodeFileSystem } from '@dr-drill/simulator/server'
import { noRequests } from '../../ports/object-store/request-counts.ts'
import { stemedb } from '../stemedb-actions.ts'
import type { Target } from '../target.ts'
import type { ChildServer } from './child-server.ts'
import { countedByClient, countedByServer } from './evidence/source-requests.ts'
import type { RunSecrets } from './keys.ts'
import type { RunRequest } from './run-request.ts'
import type { PreparedStores } from './source.ts'

/** What is known when a run's steps have ended. */
export interface GatherInput {
  readonly request: RunRequest
  readonly stores: PreparedStores
  readonly secrets: RunSecrets
  readonly servers: readonly ChildServer[]
  readonly directory: string
  readonly record: RunRecord
  readonly runbook: QualifiedRunbook
  readonly target: Target
  readonly before: Copies | null
  readonly failureAt: number
}

/** Collects the evidence of a local run and counts, last, the requests that its source saw. */
export async function gatherEvidence(input: GatherInput): Promise<readonly RunEvent[]> {
  const { stores, target } = input
  const scratch = join(realpathSync(input.request.work), 'oracle')
  mkdirSync(scratch, { recursive: true })
  const hostFiles = nodeFileSystem({ root: '/' })
  try {
    const collecting = collectEvidence({
      record: input.record,
      runbook: input.runbook,
      pack: stemedb(),
      target: target.environment,
      changesOwners: target.capabilities.has('chown'),
      compareRestored: compareByFiles({
        readback: stemedbReadback({ checksums: nativeChecksums }),
        endpoint: STEMEDB_ENDPOINT,
        hostFiles: hostFiles as unknown as PortHandlers,
        readbackFile: join(realpathSync(input.directory), 'readback.jsonl'),
        scratch,
        ledger: stores.ledger === null ? null : realpathSync(stores.ledger),
        failureAt: input.failureAt,
      }),
      ledgerGiven: stores.ledger !== null,
      trustKeyGiven: stores.trustKey !== null,
      failureAt: input.failureAt,
      sourceBefore: input.before,
      diskPeakBytes: (await target.facts()).diskPeakBytes,
      fullSize: input.request.source.kind === 'store',
    })
    const events = unwrap(await driveAsync(collecting, target.environment))
    return [...events, await sourceRequests(input)]
  } finally {
    hostFiles.close()
    rmSync(scratch, { recursive: true, force: true })
  }
}

async function sourceRequests(input: GatherInput): Promise<RunEvent> {
  const { stores, secrets, target } = input
  const { endpoint, keys } = stores.source
  const isOurs = endpoint !== null && input.servers.some((server) => server.url === endpoint)
  const counted =
    isOurs && keys !== null
      ? await countedByServer(endpoint, secrets.statisticsToken, keys.accessKeyId)
      : null
  const evidence = counted ?? countedByClient((await target.facts()).requests.source ?? noRequests())
  return { type: 'evidence-collected', subject: 'source-requests', evidence: { ...evidence } }
}
