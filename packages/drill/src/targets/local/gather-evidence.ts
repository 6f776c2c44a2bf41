import { mkdirSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Copies,
  collectEvidence,
  compareByFiles,
  driveAsync,
  OperatingError,
  type PortHandlers,
  type QualifiedRunbook,
  type RunEvent,
  type RunRecord,
  unwrap,
} from '@dr-drill/runbook-core'
import { STEMEDB_ENDPOINT, stemedbReadback } from '@dr-drill/runbook-core/stemedb'
import { nativeChecksums, nodeFileSystem } from '@dr-drill/simulator/server'
import { stemedb } from '../stemedb-actions.ts'
import type { Target, TargetFacts } from '../target.ts'
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
    const facts = await factsOf(target)
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
      diskPeakBytes: facts?.diskPeakBytes ?? null,
      fullSize: input.request.source.kind === 'store',
    })
    const events = unwrap(await driveAsync(collecting, target.environment))
    return [...events, ...(await sourceRequests(input))]
  } finally {
    hostFiles.close()
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** Nothing where nobody counted: what rests on it is then not checked. */
async function sourceRequests(input: GatherInput): Promise<readonly RunEvent[]> {
  const { stores, secrets, target } = input
  const { endpoint, keys } = stores.source
  const isOurs = endpoint !== null && input.servers.some((server) => server.url === endpoint)
  const counted =
    isOurs && keys !== null
      ? await countedByServer(endpoint, secrets.statisticsToken, keys.accessKeyId)
      : null
  const own = counted === null ? (await factsOf(target))?.requests.source : undefined
  const evidence = counted ?? (own === undefined ? null : countedByClient(own))
  if (evidence === null) return []
  return [{ type: 'evidence-collected', subject: 'source-requests', evidence: { ...evidence } }]
}

/** What the target tells of the run; null when it was lost and tells nothing more. */
async function factsOf(target: Target): Promise<TargetFacts | null> {
  try {
    return await target.facts()
  } catch (thrown) {
    if (thrown instanceof OperatingError && thrown.code === 'agent-lost') return null
    throw thrown
  }
}
