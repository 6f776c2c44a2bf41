import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  driveAsync,
  type Environment,
  environment,
  type FaultRecord,
  ObjectStore,
  OperatingError,
  type PortHandlers,
  type Task,
  unwrap,
} from '@dr-drill/runbook-core'
import { MANIFEST_FILE } from '@dr-drill/runbook-core/stemedb'
import {
  objectStoreHandlers,
  RandomStream,
  S3Service,
  type SourceContents,
  type SourcePlan,
  sourcePlanOf,
  surveySource,
} from '@dr-drill/simulator'
import { nativeS3Digests, nodeFileSystem } from '@dr-drill/simulator/server'
import { stemedb } from '../../stemedb-actions.ts'
import type { RunRequest } from '../run-request.ts'
import { alterObjects, replaceFile } from './alter-objects.ts'
import { linkTree } from './copy-tree.ts'

/** A fault of the source and what was decided for it when the run began. */
export interface PlannedFault {
  /** Place among the faults asked for. */
  readonly index: number
  readonly plan: SourcePlan
}

const PLANS = 'faults.json'
const CREDENTIAL = { accessKey: 'damage', secretKey: 'damage' }

/**
 * The data directory to serve as source: the world's own, or, when faults strike what is stored or served, a copy of it in the run's
 * directory with the damage done. Decided and done once per run; a resumed run finds it. @throws usage-invalid
 */
export async function servedSource(request: RunRequest, s3: string, bucket: string): Promise<string> {
  const asked = request.faults.flatMap((fault, index) =>
    sourcePlanOf(fault.kind) === null ? [] : [{ fault, index }],
  )
  if (asked.length === 0) return s3
  const copy = join(request.work, 'damaged-source')
  // The plans are written last: without them the copy is half of one.
  if (existsSync(join(request.work, PLANS))) return copy
  rmSync(copy, { recursive: true, force: true })
  linkTree(s3, copy)
  await damage(request, asked, copy, bucket)
  return copy
}

/** What was decided when the run began. */
export function plannedFaults(work: string): readonly PlannedFault[] {
  const file = join(work, PLANS)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as PlannedFault[]) : []
}

interface Asked {
  readonly fault: FaultRecord
  readonly index: number
}

async function damage(request: RunRequest, asked: readonly Asked[], data: string, bucket: string) {
  const files = nodeFileSystem({ root: data, durable: false })
  try {
    const world = storeOver(files as unknown as PortHandlers, bucket)
    const drive = async <A>(task: Task<A>): Promise<A> => unwrap(await driveAsync(task, world))
    const contents = await drive(surveySource('source', formats()))
    const planned = asked.map(({ fault, index }) => ({
      index,
      plan: planOf(request, fault, index, contents),
    }))
    const alterations = planned.flatMap(({ plan }) => plan.alterations)
    await alterObjects(data, bucket, alterations, (key) => drive(versionOf(key)))
    replaceFile(join(request.work, PLANS), JSON.stringify(planned))
  } finally {
    files.close()
  }
}

function planOf(
  request: RunRequest,
  fault: FaultRecord,
  index: number,
  contents: SourceContents,
): SourcePlan {
  const random = RandomStream.fromSeed(request.seed).split(`fault/${index}/${fault.kind}`)
  const plan = sourcePlanOf(fault.kind)
  if (plan === null) throw new TypeError(`${fault.kind} has no plan`)
  return plan(fault.with, contents, random)
}

function formats() {
  const { backup, log } = stemedb()
  return { backup, log, manifestKey: (name: string) => `${name}/${MANIFEST_FILE}` }
}

/** The store read in this process, before its server starts: nothing that the run is judged by counts these requests. */
function storeOver(files: PortHandlers, bucket: string): Environment {
  const service = new S3Service({
    environment: environment({ FileSystem: files }),
    credentials: [{ ...CREDENTIAL, rights: 'read-only' }],
    historyNowMs: Date.now,
    wallNowMs: Date.now,
    digests: nativeS3Digests,
  })
  const stores = { source: { service, bucket, prefix: '', credentials: CREDENTIAL } }
  return environment({
    FileSystem: files,
    ObjectStore: objectStoreHandlers({ stores }) as unknown as PortHandlers,
  })
}

function* versionOf(key: string): Task<string> {
  const found = yield* ObjectStore.head({ store: 'source', key })
  if (found === null) {
    throw new OperatingError('usage-invalid', `two faults strike ${key}: the first took it away`, {
      subject: key,
    })
  }
  return found.versionId ?? 'null'
}
