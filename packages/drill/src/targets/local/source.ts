import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  driveAsync,
  environment,
  invariant,
  OperatingError,
  openLedger,
  type PortHandlers,
  unwrap,
} from '@dr-drill/runbook-core'
import { nodeFileSystem } from '@dr-drill/simulator/server'
import { ownCommand } from '../../cli/own-command.ts'
import { readTrustKey } from '../../cli/trust-key.ts'
import type { StoreKeys, StoreLocation } from '../../ports/object-store/index.ts'
import { currentKeys, storeLocation } from '../../ports/object-store/index.ts'
import { childEnvironment } from './child-environment.ts'
import { type ChildServer, startChildServer } from './child-server.ts'
import { servedSource } from './faults/damaged-source.ts'
import { generatedWorld } from './generated-world.ts'
import { checkWorld } from './kept-world.ts'
import type { RunSecrets } from './keys.ts'
import type { RunRequest, StoreRequest } from './run-request.ts'

/** Bucket and region of the seed's production. */
export const PRODUCTION_BUCKET = 'stemedb-backups-prod'
export const ARCHIVE_BUCKET = 'stemedb-backups-recovery'
export const REGION = 'us-east-1'
const READY_MS = 15_000

/** Where a run reads and writes, and what it knows of the truth. */
export interface PreparedStores {
  readonly source: StoreLocation
  readonly archive: StoreLocation
  readonly ledger: string | null
  readonly trustKey: string | null
  /** History time ms of the failure; null when nobody told. */
  readonly failureAt: number | null
  readonly servers: readonly ChildServer[]
}

/**
 * Generates or attaches the production's stores and starts the embedded ones. What was started is in `servers`; `signal` ends what
 * would take long.
 */
export async function prepareStores(
  request: RunRequest,
  secrets: RunSecrets,
  started: ChildServer[],
  variables: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<PreparedStores> {
  // Both at once: while a production is made, the archive's server starts.
  const archiving =
    request.archiveTo === null
      ? serveArchive(request.work, secrets, started)
      : attachArchive(request.archiveTo, variables)
  const attaching = attachSource(request, secrets, started, signal)
  // Whichever fails first is told; the other is not left to fail unheard.
  await Promise.allSettled([attaching, archiving])
  const { world, source } = await attaching
  const archive = await archiving
  const ledger = request.ledger ?? (world === null ? null : join(world, 'ledger.jsonl'))
  const worldKey = world === null ? null : join(world, 'trust.pub')
  return {
    source,
    archive,
    ledger,
    trustKey: request.trustKey ?? (worldKey !== null && existsSync(worldKey) ? readTrustKey(worldKey) : null),
    failureAt: request.failureAt ?? (ledger === null ? null : await ledgerFailureAt(ledger)),
    servers: started,
  }
}

/** The restored host's operations see no variable of the drill: what writes the archive is given its keys, found here. */
async function attachArchive(
  archiveTo: StoreRequest,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<StoreLocation> {
  const location = locationOf(archiveTo)
  return { ...location, keys: await currentKeys(location, variables) }
}

async function attachSource(
  request: RunRequest,
  secrets: RunSecrets,
  started: ChildServer[],
  signal: AbortSignal,
): Promise<{ readonly world: string | null; readonly source: StoreLocation }> {
  const world = await worldOf(request, signal)
  if (world !== null) {
    const data = await servedSource(request, join(world, 's3'), PRODUCTION_BUCKET)
    return { world, source: await serveWorld(data, secrets, started) }
  }
  invariant(request.source.kind === 'store', 'what is no world is a store')
  return { world, source: locationOf(request.source) }
}

async function worldOf(request: RunRequest, signal: AbortSignal): Promise<string | null> {
  const { source } = request
  if (source.kind === 'store') return null
  if (source.kind === 'generated') return await generatedWorld(request, source.assertions, signal)
  checkWorld(source.directory)
  return source.directory
}

export async function serveWorld(
  data: string,
  secrets: RunSecrets,
  started: ChildServer[],
): Promise<StoreLocation> {
  const url = await serve(
    'source',
    data,
    secrets.sourceWriter,
    secrets.sourceReader,
    null,
    secrets.statisticsToken,
    started,
  )
  return { endpoint: url, region: REGION, bucket: PRODUCTION_BUCKET, prefix: '', keys: secrets.sourceReader }
}

async function serveArchive(
  work: string,
  secrets: RunSecrets,
  started: ChildServer[],
): Promise<StoreLocation> {
  const data = join(work, 'archive')
  // Backups of what was restored lie here as plain files.
  mkdirSync(data, { recursive: true, mode: 0o700 })
  const url = await serve(
    'archive',
    data,
    secrets.archive,
    null,
    ARCHIVE_BUCKET,
    secrets.statisticsToken,
    started,
  )
  return { endpoint: url, region: REGION, bucket: ARCHIVE_BUCKET, prefix: '', keys: secrets.archive }
}

async function serve(
  name: string,
  data: string,
  keys: StoreKeys,
  reader: StoreKeys | null,
  bucket: string | null,
  statisticsToken: string,
  started: ChildServer[],
): Promise<string> {
  const flags = ['serve', 's3', '--data', data, ...(bucket === null ? [] : ['--bucket', bucket])]
  const server = await startChildServer(
    `the embedded S3 server of the ${name}`,
    {
      argv: [...ownCommand(), ...flags],
      env: {
        ...childEnvironment(),
        DRILL_S3_ACCESS_KEY: keys.accessKeyId,
        DRILL_S3_SECRET_KEY: keys.secretAccessKey,
        DRILL_S3_ADMIN_TOKEN: statisticsToken,
        ...(reader === null
          ? {}
          : {
              DRILL_S3_READONLY_ACCESS_KEY: reader.accessKeyId,
              DRILL_S3_READONLY_SECRET_KEY: reader.secretAccessKey,
            }),
      },
      directory: data,
      account: null,
    },
    READY_MS,
  )
  started.push(server)
  return server.url
}

function locationOf({ url, endpoint, region }: StoreRequest): StoreLocation {
  return storeLocation(url, { endpoint, region })
}

/** `failureAt` of a ledger's header, history ms. @throws input-unreadable and what the reader throws */
export async function ledgerFailureAt(file: string): Promise<number | null> {
  if (!existsSync(file)) {
    throw new OperatingError('input-unreadable', `cannot read the ledger ${file}`, { subject: file })
  }
  const files = nodeFileSystem({ root: '/' })
  try {
    const world = environment({ FileSystem: files as unknown as PortHandlers })
    return unwrap(await driveAsync(openLedger(file), world)).header.failureAt
  } finally {
    files.close()
  }
}
