import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { formatInstant, OperatingError } from '@dr-drill/runbook-core'
import { STEMEDB_PATHS } from '@dr-drill/runbook-core/stemedb'
import {
  generateWorld,
  type SimulatedDisk,
  type StruckProduction,
  sourceLeft,
  type World,
  worldOfCut,
} from '@dr-drill/simulator'
import { nativeChecksums, nativeS3Digests } from '@dr-drill/simulator/server'
import { ENGINE_VERSION, engineArtifact } from '../../targets/engine-artifact.ts'

/** Newest version of `world.json`. */
const WORLD_SCHEMA_VERSION = 1

export interface WriteWorldOptions {
  /** Absent or empty. */
  readonly directory: string
  readonly seed: number
  readonly assertions: number
  readonly shiftMs: number
  /** True: what production's own disk held goes into `host/`, below the path that it had there. */
  readonly keepsHost: boolean
  /** Called often; what it throws ends the making. */
  readonly onProgress: () => void
}

/**
 * Writes a production history: `s3/` (data directory of the embedded server), `trust.pub`, `world.json`, and last `ledger.jsonl`, whose
 * presence means that all is there. @throws usage-invalid when the directory holds something
 */
export function writeWorld(options: WriteWorldOptions): World {
  const { directory } = options
  makeEmpty(directory)
  const ledger = new LineFile(join(directory, 'ledger.jsonl.part'))
  const world = generateWorld({
    seed: options.seed,
    assertions: options.assertions,
    shiftMs: options.shiftMs,
    checksums: nativeChecksums,
    digests: nativeS3Digests,
    engineVersion: ENGINE_VERSION,
    artifacts: [engineArtifact()],
    ledger: (line) => {
      options.onProgress()
      ledger.write(line)
    },
  })
  ledger.close()
  dump(world.s3, '', join(directory, 's3'), options.onProgress)
  const { home } = STEMEDB_PATHS
  if (options.keepsHost) dump(world.hostDisk, home, join(directory, 'host', home), options.onProgress)
  writeFileSync(join(directory, 'trust.pub'), `${world.trustKey}\n`)
  writeFileSync(join(directory, 'world.json'), `${JSON.stringify(describe(world, options), null, 2)}\n`)
  renameSync(join(directory, 'ledger.jsonl.part'), join(directory, 'ledger.jsonl'))
  return world
}

/** Writes a production as a disaster left it, in the same form. @throws usage-invalid when the directory holds something */
export function writeStruckWorld(directory: string, struck: StruckProduction): void {
  makeEmpty(directory)
  const { production, failureAt } = struck
  const left = sourceLeft(struck, nativeChecksums, nativeS3Digests)
  const { s3, ledger, acknowledged } = worldOfCut(production, failureAt, left, nativeS3Digests)
  dump(s3, '', join(directory, 's3'), () => {})
  const { seed, startedAt, history, bucket, trustKey } = production
  const described = describe(
    { startedAt, failureAt, history, bucket, acknowledged, trustKey },
    { seed, shiftMs: 0 },
  )
  writeFileSync(join(directory, 'trust.pub'), `${trustKey}\n`)
  writeFileSync(join(directory, 'world.json'), `${JSON.stringify(described, null, 2)}\n`)
  writeFileSync(join(directory, 'ledger.jsonl.part'), ledger)
  renameSync(join(directory, 'ledger.jsonl.part'), join(directory, 'ledger.jsonl'))
}

function makeEmpty(directory: string): void {
  if (existsSync(directory) && readdirSync(directory).length > 0) {
    throw new OperatingError('usage-invalid', `${directory} is not empty`, {
      subject: directory,
      hint: 'Name a directory that does not exist yet; worlds are never written over anything.',
    })
  }
  mkdirSync(directory, { recursive: true })
}

/** What `world.json` says. */
export function describe(
  world: Omit<World, 's3' | 'hostDisk'>,
  options: Pick<WriteWorldOptions, 'seed' | 'shiftMs'>,
) {
  return {
    kind: 'world',
    schemaVersion: WORLD_SCHEMA_VERSION,
    seed: options.seed,
    shiftMs: options.shiftMs,
    startedAt: formatInstant(world.startedAt),
    failureAt: formatInstant(world.failureAt),
    history: world.history,
    bucket: world.bucket,
    acknowledged: world.acknowledged,
    trustKey: world.trustKey,
  }
}

const CHUNK_BYTES = 1024 * 1024

/** A directory of a simulated disk as files of this machine; what operations keep there is plain files and directories. */
function dump(disk: SimulatedDisk, path: string, to: string, onProgress: () => void): void {
  const files = disk.handlers()
  mkdirSync(to, { recursive: true })
  for (const { name, type } of files.list({ path: path === '' ? '/' : path })) {
    onProgress()
    if (type === 'directory') dump(disk, `${path}/${name}`, join(to, name), onProgress)
    else writeFileOf(files, `${path}/${name}`, join(to, name))
  }
}

function writeFileOf(files: ReturnType<SimulatedDisk['handlers']>, from: string, to: string): void {
  const descriptor = openSync(to, 'wx')
  try {
    for (let offset = 0; ; ) {
      const bytes = files.read({ path: from, offset, length: CHUNK_BYTES })
      if (bytes.length === 0) return
      writeSync(descriptor, bytes)
      offset += bytes.length
    }
  } finally {
    closeSync(descriptor)
  }
}

/** A file written line by line through one buffer. */
class LineFile {
  readonly #descriptor: number
  #pending: string[] = []
  #length = 0

  constructor(path: string) {
    this.#descriptor = openSync(path, 'wx')
  }

  write(line: string): void {
    this.#pending.push(line)
    this.#length += line.length
    if (this.#length > CHUNK_BYTES) this.#flush()
  }

  close(): void {
    this.#flush()
    closeSync(this.#descriptor)
  }

  #flush(): void {
    writeSync(this.#descriptor, this.#pending.join(''))
    this.#pending = []
    this.#length = 0
  }
}
