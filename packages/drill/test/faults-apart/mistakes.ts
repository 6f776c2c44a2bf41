import { OperatingError, Settle, type Task } from '@dr-drill/runbook-core'
import { nativeChecksums } from '@dr-drill/simulator/server'
import { type MadeCall, type Mistake, type Next, swallowed } from './mistake.ts'
import { MISTAKES_OF_TIME } from './mistakes-of-time.ts'
import { MISTAKES_OF_TRUST } from './mistakes-of-trust.ts'

/** Swallows the failures of one call: whoever made it believes that it was done. */
const swallows = (what: string, instead: unknown = undefined): Mistake => ({
  name: `swallows failures of ${what}`,
  make: () => () => (call, next) =>
    `${call.port}.${call.method}` === what ? swallowed(call, next, instead) : next(call),
})

/** Answers one call without asking. */
const assumes = (what: string, answer: (input: Readonly<Record<string, unknown>>) => unknown): Mistake => ({
  name: `assumes what ${what} would answer`,
  make: () => () => (call, next) =>
    `${call.port}.${call.method}` === what
      ? answer(call.input as Readonly<Record<string, unknown>>)
      : next(call),
})

/** Never makes one call, and believes that it was made. */
const omits = (what: string, instead: unknown = undefined): Mistake => ({
  name: `never makes ${what}`,
  make: () => () => (call, next) => (`${call.port}.${call.method}` === what ? instead : next(call)),
})

/** Does not look at the bytes that it fetched: it takes them for those that were once written under that name. */
const BELIEVES_BYTES: Mistake = {
  name: 'takes fetched bytes for what was once written under their name',
  make: (production) => {
    const written = new Map(production.writes.map(({ key, written: bytes }) => [key, bytes]))
    const byFile = new Map([...written].map(([key, bytes]) => [fileOf(key), bytes]))
    return () => (call, next) => {
      const { key = '', path = '', offset = 0, length = 0 } = call.input as Partial<ReadInput>
      if (call.port === 'ObjectStore' && call.method === 'download') {
        return believed(call, next, written.get(key))
      }
      const bytes = call.port === 'FileSystem' ? byFile.get(fileOf(path)) : undefined
      if (bytes === undefined) return next(call)
      if (call.method === 'read') return bytes.slice(offset, offset + length)
      return call.method === 'stat' ? sized(call, next, bytes) : next(call)
    }
  },
}

/** What the calls that it meddles with are given. */
interface ReadInput {
  readonly key: string
  readonly path: string
  readonly offset: number
  readonly length: number
}

/** Files of the log and checkpoints have names of their own; all others stand in a backup's folder. */
const fileOf = (path: string): string => {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return /\.(wal|kv)$/.test(name) ? name : path.split('/').slice(-2).join('/')
}

function* believed(call: MadeCall, next: Next, bytes: Uint8Array | undefined): Task<unknown> {
  const { sizeBytesMax: _, ...input } = call.input as Readonly<Record<string, unknown>>
  const got = (yield* swallowed({ ...call, input } as MadeCall, next, null)) as object | null
  if (bytes === undefined) return got
  const { length: sizeBytes } = bytes
  return { etag: '', versionId: null, ...got, sizeBytes, sha256: nativeChecksums.sha256Hex(bytes) }
}

function* sized(call: MadeCall, next: Next, bytes: Uint8Array): Task<unknown> {
  const stat = (yield* new Settle(next(call))) as { readonly type: string } | null
  return stat?.type === 'file' ? { ...stat, sizeBytes: bytes.length } : stat
}

/** Takes every refusal and every silence of a store for an absence. */
const ABSENCE: Mistake = {
  name: 'takes what the store refuses for absent when it looks for the log',
  make: () => (step) => (call, next) =>
    call.port === 'ObjectStore' && step === 'select-log' ? absent(call, next) : next(call),
}

const NOTHING: Readonly<Record<string, unknown>> = {
  list: { objects: [], prefixes: [], cursor: null },
  versions: { versions: [], cursor: null },
  head: null,
}

function* absent(call: MadeCall, next: Next): Task<unknown> {
  try {
    return yield* new Settle(next(call))
  } catch (error) {
    if (!(error instanceof OperatingError) || !error.code.startsWith('store-')) throw error
    if (call.method in NOTHING) return NOTHING[call.method]
    throw new OperatingError('object-missing', error.message, { subject: error.subject ?? '' })
  }
}

/** Of the archive it takes nothing that no listing has shown, and a listing that fails for an empty one. */
const BELIEVES_LISTINGS: Mistake = {
  name: 'believes that a listing shows all of the archive',
  make: () => {
    const shown = new Set<string>()
    return (step) => (call, next) => {
      if (call.port !== 'ObjectStore' || step !== 'select-log') return next(call)
      const { key } = call.input as { readonly key?: string }
      if (call.method === 'list') return noted(call, next, shown)
      if (key === undefined || shown.has(key)) return next(call)
      if (call.method === 'head') return null
      throw new OperatingError('object-missing', `no listing shows ${key}`, { subject: key })
    }
  },
}

function* noted(call: MadeCall, next: Next, shown: Set<string>): Task<unknown> {
  const listing = (yield* absent(call, next)) as { readonly objects: readonly { readonly key: string }[] }
  for (const { key } of listing.objects) shown.add(key)
  return listing
}

/** Ends the run for good at the first object of a backup that is not as it should be, though others hold the same. */
const NO_FALLBACK: Mistake = {
  name: 'ends at the first object of a backup that is wrong',
  make: () => (step) => (call, next) =>
    call.port === 'ObjectStore' && step.endsWith('-backup') ? final(call, next) : next(call),
}

function* final(call: MadeCall, next: Next): Task<unknown> {
  try {
    return yield* new Settle(next(call))
  } catch (error) {
    if (!(error instanceof OperatingError) || !error.code.startsWith('object-')) throw error
    throw new OperatingError('precondition-failed', error.message, { subject: error.subject ?? '' })
  }
}

/** What once failed is never asked for again. */
const NEVER_TWICE: Mistake = {
  name: 'never asks twice',
  make: () => {
    const failed = new Set<string>()
    return () => (call, next) => {
      const { key, path } = call.input as { readonly key?: string; readonly path?: string }
      const id = `${call.port}.${call.method} ${key ?? path ?? ''}`
      return remembered(call, next, id, failed)
    }
  },
}

function* remembered(call: MadeCall, next: Next, id: string, failed: Set<string>): Task<unknown> {
  if (failed.has(id)) throw new OperatingError('precondition-failed', `${id} failed before`)
  try {
    return yield* new Settle(next(call))
  } catch (error) {
    // That nothing answers yet is what a start-up looks like.
    if (error instanceof OperatingError && call.port !== 'Http' && !isUsual(call, error)) failed.add(id)
    throw error
  }
}

/** What stands behind the newest segment is asked for by name, and is not there. */
const isUsual = (call: MadeCall, { code }: OperatingError): boolean =>
  code === 'object-missing' &&
  call.method === 'get' &&
  String((call.input as { key?: string }).key).includes('wal-archive/')

/** Every mistake that an action is tried with. */
export const MISTAKES: readonly Mistake[] = [
  BELIEVES_BYTES,
  ABSENCE,
  BELIEVES_LISTINGS,
  NO_FALLBACK,
  NEVER_TWICE,
  ...[
    'Services.start',
    'Services.runOnce',
    'Traffic.route',
    'Dns.update',
    'Notifier.send',
    'FileSystem.write',
    'FileSystem.rename',
    'FileSystem.sync',
    'FileSystem.makeDirectory',
  ].map((what) => swallows(what)),
  swallows('Traffic.fence', { proof: 'believed' }),
  assumes('Alerts.firing', () => []),
  assumes('Alerts.targets', () => [{ name: 'stemedb-api', up: true }]),
  assumes('Traffic.backends', () => ['recovery-host']),
  omits('FileSystem.sync'),
  omits('FileSystem.syncDirectory'),
  omits('Traffic.fence', { proof: 'believed' }),
  ...MISTAKES_OF_TIME,
  ...MISTAKES_OF_TRUST,
]
