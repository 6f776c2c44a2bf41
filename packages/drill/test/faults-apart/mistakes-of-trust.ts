import {
  attempt,
  FileSystem,
  type HttpResponse,
  type ObjectListing,
  OperatingError,
  Settle,
  type Task,
} from '@dr-drill/runbook-core'
import {
  openEnvelope,
  parseBackupName,
  readManifest,
  readMetadata,
  STEMEDB_PATHS,
  sealEnvelope,
  writeManifest,
  writeMetadata,
} from '@dr-drill/runbook-core/stemedb'
import type { Production } from '@dr-drill/simulator'
import { nativeChecksums } from '@dr-drill/simulator/server'
import {
  finalFailure,
  given,
  inCallsOf,
  type MadeCall,
  type Mistake,
  type Next,
  swallowed,
} from './mistake.ts'

const isFailure = (error: unknown, code: string): boolean =>
  error instanceof OperatingError && error.code === code

/** One silence of the restored service, and nobody asks it again. */
const SILENCE_IS_THE_END: Mistake = {
  name: 'takes one silence of the service for its end',
  make: () => {
    let isOver = false
    return () => (call, next) => (call.port === 'Http' ? asked(call, next) : next(call))

    function* asked(call: MadeCall, next: Next): Task<unknown> {
      if (isOver) throw finalFailure('the service was silent once')
      try {
        return yield* new Settle(next(call))
      } catch (error) {
        isOver = isFailure(error, 'timed-out')
        throw error
      }
    }
  },
}

/** The test record has a name of its own at each try. */
const ANOTHER_NAME_EACH_TRY: Mistake = {
  name: 'writes its test record under another name at each try',
  make: () => {
    let tries = 0
    return inCallsOf('Http.tell', function* (call, next): Task<unknown> {
      tries += 1
      const suffix = tries === 1 ? '' : `-${tries}`
      const { body } = call.input as { readonly body: { readonly id: string } }
      const { id } = body
      const input = { ...(call.input as object), body: { ...body, id: `${id}${suffix}` } }
      const answer = (yield* new Settle(next({ ...call, input } as MadeCall))) as HttpResponse
      const { status, contentType, text } = answer
      return { status, contentType, text: text.replaceAll(`${id}${suffix}`, id) }
    })
  },
}

/** Of the archive only segments count that have a sidecar. */
const NO_SIDECAR_NO_SEGMENT: Mistake = {
  name: 'takes a segment without a sidecar for none',
  make: () => {
    const bare = new Set<string>()
    return (step) => (call, next) => {
      if (!step.endsWith('-log') || call.port !== 'ObjectStore') return next(call)
      return call.method === 'list' ? clothed(call, next, bare) : (absent(call, bare) ?? next(call))
    }
  },
}

function* clothed(call: MadeCall, next: Next, bare: Set<string>): Task<ObjectListing> {
  const listing = (yield* new Settle(next(call))) as ObjectListing
  const keys = new Set(listing.objects.map(({ key }) => key))
  const isBare = (key: string): boolean => key.endsWith('.wal') && !keys.has(`${key}.json`)
  for (const key of keys) if (isBare(key)) bare.add(key)
  return { ...listing, objects: listing.objects.filter(({ key }) => !isBare(key)) }
}

function absent(call: MadeCall, keys: ReadonlySet<string>): null | undefined {
  const { key = '' } = given(call)
  if (!keys.has(key)) return undefined
  if (call.method === 'head') return null
  throw new OperatingError('object-missing', `${key} counts for nothing`, { subject: key })
}

/** The newest backup is all that there is to restore: its own log is enough, whatever was archived behind it. */
const OWN_LOG_ONLY: Mistake = {
  name: 'reads no log but the own of its backup',
  make: () => (step) => (call, next) => {
    if (step !== 'select-log' || call.port !== 'ObjectStore') return next(call)
    const { key = '', prefix = '' } = given(call)
    if (!key.startsWith('wal-archive/') && !prefix.startsWith('wal-archive/')) return next(call)
    if (call.method === 'list') return { objects: [], prefixes: [], cursor: null }
    if (call.method === 'versions') return { versions: [], cursor: null }
    if (call.method === 'head') return null
    throw new OperatingError('object-missing', `${key} is not looked for`, { subject: key })
  },
}

/** A backup is what its folder is called: neither name nor times in its documents are compared with that. */
const FOLDER_NAMES: Mistake = {
  name: 'takes a backup for what its folder is called',
  make: (production) => () => (call, next) => {
    const { key = '', path = '' } = given(call)
    const [folder = '', file = ''] = key.split('/')
    if (call.port !== 'ObjectStore' || parseBackupName(folder) === null) return next(call)
    if (call.method === 'download' && file === METADATA) return redatedFile(call, next, folder, path)
    return call.method === 'get' ? redatedDocument(call, next, file, folder, production) : next(call)
  },
}
const METADATA = 'backup-metadata.json'

function* redatedDocument(
  call: MadeCall,
  next: Next,
  file: string,
  folder: string,
  production: Production,
): Task<unknown> {
  const answer = (yield* new Settle(next(call))) as { readonly bytes: Uint8Array }
  if (file === METADATA) return { ...answer, bytes: redated(answer.bytes, folder) }
  return file === 'manifest.jsonl' ? { ...answer, bytes: renamed(answer.bytes, folder, production) } : answer
}

function* redatedFile(call: MadeCall, next: Next, folder: string, path: string): Task<unknown> {
  const answer = (yield* new Settle(next(call))) as { readonly sizeBytes: number }
  const bytes = redated(yield* FileSystem.read({ path, offset: 0, length: answer.sizeBytes }), folder)
  yield* FileSystem.write({ path, offset: 0, bytes })
  return { ...answer, sha256: nativeChecksums.sha256Hex(bytes) }
}

/** The manifest as it would be if that were its name, or as it is where it has that name or nobody can read it. */
function renamed(bytes: Uint8Array, name: string, { signingKey, writes }: Production): Uint8Array {
  const manifest = readOrNull(() => readManifest(openEnvelope(bytes).payload))
  if (manifest === null || manifest.name === name) return bytes
  const own = writes.find(({ key }) => key === `${manifest.name}/${METADATA}`)?.written ?? new Uint8Array(0)
  const sha256 = nativeChecksums.sha256Hex(redated(own, name))
  const files = manifest.files.map((file) => (file.path === METADATA ? { ...file, sha256 } : file))
  const startedAt = parseBackupName(name) ?? 0
  const payload = writeManifest({ ...manifest, name, files, startedAt, stoppedAt: startedAt })
  const publicKey = nativeChecksums.ed25519PublicKey(signingKey)
  const signature = nativeChecksums.ed25519Sign(signingKey, payload)
  return sealEnvelope(nativeChecksums, payload, { signature, publicKey })
}

/** Times are written in a fixed width: the size stays. */
function redated(bytes: Uint8Array, folder: string): Uint8Array {
  const at = parseBackupName(folder) ?? 0
  const metadata = readOrNull(() => readMetadata(bytes))
  if (metadata === null || metadata.timestamp === at) return bytes
  return writeMetadata({ ...metadata, timestamp: at, started_at: at, stopped_at: at })
}

function readOrNull<A>(read: () => A): A | null {
  try {
    return read()
  } catch {
    return null
  }
}

/** A program that is there already is left as it is: whose it is and who may change it is not looked at. */
const LEAVES_THE_PROGRAM: Mistake = {
  name: 'leaves a program that is there already as it is',
  make: () => {
    let wasThere: boolean | null = null
    return (step) => (call, next) => {
      if (step !== 'install-engine' || call.port !== 'FileSystem') return next(call)
      if (call.method === 'stat' && given(call).path === STEMEDB_PATHS.program) return looked(call, next)
      return wasThere === true && /^set(Owner|Mode)$/.test(call.method) ? undefined : next(call)
    }

    function* looked(call: MadeCall, next: Next): Task<unknown> {
      const found = yield* new Settle(next(call))
      wasThere ??= found !== null
      return found
    }
  },
}

/** Each step starts the service once: that it runs since then is believed. */
const STARTED_ONCE: Mistake = {
  name: 'starts the service once, and never again',
  make: () => {
    const started = new Set<string>()
    return inCallsOf('Services.start', (call, next, step) => {
      if (given(call).name !== 'stemedb-api.service') return next(call)
      if (started.has(step)) return undefined
      started.add(step)
      return next(call)
    })
  },
}

/** What was fetched once is not fetched again, whatever became of it. */
const FETCHED_ONCE: Mistake = {
  name: 'fetches each file once, and never again',
  make: () => {
    const fetched = new Set<string>()
    return inCallsOf('ObjectStore.download', function* (call, next): Task<unknown> {
      const { path = '' } = given(call)
      if (fetched.has(path)) throw finalFailure(`${path} was fetched before`)
      const answer = yield* new Settle(next(call))
      fetched.add(path)
      return answer
    })
  },
}

/** Nothing, an empty log, or a service that does not run. */
function isWorse(answer: unknown): boolean {
  const [first] = Array.isArray(answer) ? (answer as readonly { readonly state?: string }[]) : []
  if (answer === null || (Array.isArray(answer) && answer.length === 0)) return true
  return first?.state !== undefined && !first.state.startsWith('activ')
}

function* settled(call: MadeCall, next: Next): Task<unknown> {
  return yield* new Settle(next(call))
}

/** Steps about the restored service that a resumed run performs again. */
const PERFORMED_AGAIN: ReadonlySet<string> = new Set([
  'start-service',
  'await-health',
  'enable-timers',
  'restart-service',
  'await-health-again',
])

/** What a step saw before the run was interrupted still counts, where it sees something worse now. */
const STILL_SO: Mistake = {
  name: 'takes what it once saw of the service for what still is',
  make: () => {
    const seen = new Map<string, unknown>()
    return (step) => (call, next) =>
      PERFORMED_AGAIN.has(step) ? remembered(call, next, step, seen) : next(call)
  },
}

function* remembered(call: MadeCall, next: Next, step: string, seen: Map<string, unknown>): Task<unknown> {
  const { path = '', name = '' } = given(call)
  const id = `${step} ${call.port}.${call.method} ${path}${name}`
  const answer = yield* attempt(settled(call, next))
  const isNews = call.method !== 'log' || !seen.has(id)
  if (answer.ok && isNews && !isWorse(answer.value)) seen.set(id, answer.value)
  if (seen.has(id)) return seen.get(id)
  if (answer.ok) return answer.value
  throw answer.error
}

/** The zone is changed once: whatever came of that, it counts as done. */
const CHANGED_ONCE: Mistake = {
  name: 'changes the zone once, and never again',
  make: () => {
    let isDone = false
    return inCallsOf('Dns.update', (call, next) => {
      if (isDone) return undefined
      isDone = true
      return swallowed(call, next, undefined)
    })
  },
}

/** Mistakes about who and what is believed. */
export const MISTAKES_OF_TRUST: readonly Mistake[] = [
  SILENCE_IS_THE_END,
  ANOTHER_NAME_EACH_TRY,
  NO_SIDECAR_NO_SEGMENT,
  OWN_LOG_ONLY,
  FOLDER_NAMES,
  LEAVES_THE_PROGRAM,
  STARTED_ONCE,
  FETCHED_ONCE,
  STILL_SO,
  CHANGED_ONCE,
]
