import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { invariant } from '@dr-drill/runbook-core'
import { readTrustKey } from '../../../cli/trust-key.ts'
import type { StoreKeys, StoreLocation } from '../../../ports/object-store/index.ts'
import { generatedWorld } from '../../local/generated-world.ts'
import { checkWorld } from '../../local/kept-world.ts'
import type { LocalRunHooks } from '../../local/run-hooks.ts'
import type { RunRequest } from '../../local/run-request.ts'
import {
  ARCHIVE_BUCKET,
  ledgerFailureAt,
  PRODUCTION_BUCKET,
  type PreparedStores,
  REGION,
  serveWorld,
} from '../../local/source.ts'
import type { SiteSecrets } from '../../run-site.ts'
import type { ContainerEnvironment } from '../environment.ts'
import { liveAndDie } from './live-and-die.ts'
import { temporaryKeys } from './temporary-keys.ts'
import { makeBuckets, uploadHistory } from './upload-history.ts'

/** The stores of a run in containers, as this process and as its machines reach them. */
export interface ContainerStores {
  readonly prepared: PreparedStores
  readonly inner: { readonly source: StoreLocation; readonly archive: StoreLocation }
}

/** Who prepares them. */
export interface ContainerStoresOptions extends SiteSecrets {
  readonly request: RunRequest
  readonly hooks: LocalRunHooks
}

/** In the run's working directory, once its history is in the store: the ledger of a production that lived on, else an empty file. */
const LIVED = 'lived-ledger.jsonl'
const UPLOADED = 'history-uploaded'

const wholeMark = ({ source, work }: RunRequest): string =>
  join(work, source.kind === 'generated' ? LIVED : UPLOADED)

/** True when all that a run restores from is in its store. A production that was interrupted while it lived is made anew. */
export const isHistoryWhole = (request: RunRequest): boolean => existsSync(wholeMark(request))

/**
 * Puts a production's history into MinIO, lets production live on until its disaster if it is one of this run, and gives out keys: to
 * read the source, to write the archive, and no more.
 */
export async function prepareContainerStores(
  options: ContainerStoresOptions,
  environment: ContainerEnvironment,
): Promise<ContainerStores> {
  const { request, secrets, servers } = options
  const { store } = environment
  const root = secrets.sourceWriter
  await makeBuckets(store.url, REGION, root, [PRODUCTION_BUCKET, ARCHIVE_BUCKET])
  const world = await worldOf(options)
  const ledger = await historyOf(options, environment, world)
  const [source, archive] = await Promise.all([
    temporaryKeys(store.url, root, PRODUCTION_BUCKET, 'read'),
    temporaryKeys(store.url, root, ARCHIVE_BUCKET, 'read-write'),
  ])
  const at = (endpoint: string) => ({
    source: locationOf(endpoint, PRODUCTION_BUCKET, source),
    archive: locationOf(endpoint, ARCHIVE_BUCKET, archive),
  })
  const trust = join(world, 'trust.pub')
  const known = request.ledger ?? (existsSync(ledger) ? ledger : null)
  return {
    inner: at(store.innerUrl),
    prepared: {
      ...at(store.url),
      ledger: known,
      trustKey: request.trustKey ?? (existsSync(trust) ? readTrustKey(trust) : null),
      failureAt: request.failureAt ?? (known === null ? null : await ledgerFailureAt(known)),
      servers,
    },
  }
}

const locationOf = (endpoint: string, bucket: string, keys: StoreKeys): StoreLocation => ({
  endpoint,
  region: REGION,
  bucket,
  prefix: '',
  keys,
})

async function worldOf({ request, hooks, signal }: ContainerStoresOptions): Promise<string> {
  const { source } = request
  invariant(source.kind !== 'store', 'containers reach no store but their own')
  if (source.kind === 'world') {
    checkWorld(source.directory)
    return source.directory
  }
  hooks.say('making a history of production')
  return await generatedWorld(request, source.assertions, signal)
}

/** Has the history in the store, and gives the ledger of what happened; what an earlier process did whole is not repeated. */
async function historyOf(
  options: ContainerStoresOptions,
  environment: ContainerEnvironment,
  world: string,
): Promise<string> {
  const { request, hooks, signal } = options
  const mark = wholeMark(request)
  const isLived = request.source.kind === 'generated'
  if (!existsSync(mark)) {
    hooks.say(`${await upload(options, environment, world)} objects of history are in MinIO`)
    signal.throwIfAborted()
    if (isLived) await live(options, environment, world, mark)
    else writeFileSync(mark, '')
  }
  return isLived ? mark : join(world, 'ledger.jsonl')
}

async function upload(
  { servers, secrets }: ContainerStoresOptions,
  { store }: ContainerEnvironment,
  world: string,
): Promise<number> {
  const from = await serveWorld(join(world, 's3'), secrets, servers)
  return await uploadHistory(from, store.url, secrets.sourceWriter)
}

async function live(
  { request, secrets, hooks, signal }: ContainerStoresOptions,
  { docker, engineImage, placement, store }: ContainerEnvironment,
  world: string,
  ledger: string,
): Promise<void> {
  const keys = await temporaryKeys(store.url, secrets.sourceWriter, PRODUCTION_BUCKET, 'read-write')
  await liveAndDie({
    docker,
    image: engineImage,
    placement,
    world,
    seed: request.seed,
    adminToken: secrets.adminToken,
    store: locationOf(store.innerUrl, PRODUCTION_BUCKET, keys),
    ledger,
    say: (text) => hooks.say(text),
    onLog: (entry) => hooks.onLog(entry),
    signal,
  })
}
