import { z } from 'zod'
import type { Task } from '../../effects/index.ts'
import type { ArchivedSegment, BackupDescription, LogFormat, RefusedSegment } from '../../formats/index.ts'
import { Clock, Log, ObjectStore, Random } from '../../ports/index.ts'
import { compareUtf8 } from '../../text/utf8.ts'
import { type ActionDefinition, defineAction } from '../define-action.ts'
import type { Copy } from '../support/fetch.ts'
import { patienceOf, patiently } from '../support/patience.ts'
import {
  absolutePath,
  backupDescription,
  backupFile,
  bytes,
  milliseconds,
  name,
  refusal,
  sha256Hex,
} from '../support/schemas.ts'

import { toldRefusals } from '../support/told-refusals.ts'

const input = z.strictObject({
  store: name,
  trustKey: z
    .string()
    .regex(/^([0-9a-f]{64})?$/, 'empty, or 64 hex digits')
    .default(''),
  /** The chosen base and its files as fetched. */
  backup: backupDescription,
  files: z.array(backupFile.extend({ at: absolutePath })),
  /** Every usable backup: their own log files are further copies of archived segments. */
  backups: z.array(backupDescription).default([]),
  patienceMs: milliseconds,
})
type Input = z.infer<typeof input>

const copy = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('object'), store: name, key: z.string() }),
  z.object({ kind: z.literal('file'), path: absolutePath }),
])

/** A segment wanted: its name in the log directory, what it must be, and every place that may hold it. */
export const wantedSegment = z.object({
  fileName: z.string(),
  sha256: sha256Hex.nullable(),
  sizeBytes: bytes.nullable(),
  copies: z.array(copy),
  /** Why none of the places that should hold it is worth trying; null when there are some to try. */
  lost: z.string().nullable().default(null),
})

const output = z.object({
  history: z.string(),
  /** In order. */
  segments: z.array(wantedSegment),
  refused: z.array(refusal),
  bytes,
})
type Output = z.infer<typeof output>

/**
 * Lists the archived segments that follow the base, of its history only, with every copy of each: the archive's, the backup's own,
 * another backup's (D30-D33, D36, D40). A segment that lost its sidecar is still good when its successor's sidecar names its digest.
 */
export function selectLog(format: LogFormat): ActionDefinition<Input, Output> {
  return defineAction<Input, Output>({
    kind: 'select-log',
    summary: 'Lists the archived log that follows the backup, by position, with every copy of each segment.',
    input: input as z.ZodType<Input>,
    output,
    effects: ({ store }) => ({ reads: [`store:${store}`], writes: [], destroys: [], exposes: [] }),
    capabilities: { required: [], optional: [] },
    ports: [ObjectStore.$id, Clock.$id, Log.$id, Random.$id],
    traits: ['selects'],
    estimate: () => ({ bestMs: 1_000, likelyMs: 10_000, worstMs: 120_000 }),
    run: (given) => select(format, given),
  })
}

function* select(format: LogFormat, given: Input): Task<Output> {
  const listed = yield* patiently(patienceOf(given.patienceMs), `object store "${given.store}"`, () =>
    format.list({
      store: given.store,
      trustKey: given.trustKey === '' ? null : given.trustKey,
      after: given.backup.startPosition,
    }),
  )
  const { history, startPosition } = given.backup
  const archived = listed.segments.filter(
    (segment) => segment.history === history && format.compare(segment.lastPosition, startPosition) > 0,
  )
  const segments = new Map<string, z.infer<typeof wantedSegment>>()
  const want = (fileName: string, sha256: string | null, sizeBytes: number | null, found: Copy): void => {
    const known = segments.get(fileName)
    if (known === undefined)
      segments.set(fileName, { fileName, sha256, sizeBytes, copies: [found], lost: null })
    // What a manifest lists is known by its digest, whatever was taken for it before.
    else if (known.sha256 === null)
      segments.set(fileName, { ...known, sha256, sizeBytes, copies: [...known.copies, found] })
    else if (known.sha256 === sha256 || sha256 === null) known.copies.push(found)
  }
  addArchived(archived, given.store, want)
  addOrphans(archived, listed.refused, given, format, want)
  addUnlisted(archived, given, format, want)
  addBackups(given, format, want)
  addLost(listed.refused, given, format, segments)
  const told = toldRefusals(listed.refused.map((one) => ({ ...one, name: one.key })))
  for (const { name: key, reason, detail } of told) {
    yield* Log.write({ level: 'warn', message: `archived segment ${key} refused: ${reason}: ${detail}` })
  }
  const ordered = [...segments.values()].sort((a, b) => compareFileNames(a.fileName, b.fileName))
  return {
    history,
    segments: ordered,
    refused: told,
    bytes: ordered.reduce((sum, one) => sum + (one.sizeBytes ?? 0), 0),
  }
}

type Want = (fileName: string, sha256: string | null, sizeBytes: number | null, found: Copy) => void

function addArchived(archived: readonly ArchivedSegment[], store: string, want: Want): void {
  for (const one of archived)
    want(one.fileName, one.sha256, one.sizeBytes, { kind: 'object', store, key: one.key })
}

/** Segments without a usable sidecar: vouched for by the successor's, or, where nothing is signed, taken for what they say. */
function addOrphans(
  archived: readonly ArchivedSegment[],
  refused: readonly RefusedSegment[],
  given: Input,
  format: LogFormat,
  want: Want,
): void {
  for (const one of refused) {
    const orphan = format.parseKey(one.key)
    if (orphan === null || orphan.history !== given.backup.history) continue
    const successor = archived.find((segment) => segment.number === orphan.number + 1)
    const digest = successor?.predecessorSha256 ?? null
    if (digest === null && given.trustKey !== '') continue
    want(orphan.fileName, digest, null, { kind: 'object', store: given.store, key: orphan.segmentKey })
  }
}

/** Segments that the listing left out and a successor vouches for: a listing that lost them is no proof that they are gone. */
function addUnlisted(
  archived: readonly ArchivedSegment[],
  given: Input,
  format: LogFormat,
  want: Want,
): void {
  const listed = new Set(archived.map((one) => one.number))
  for (const { history, number, firstPosition, predecessorSha256 } of archived) {
    const needed = format.compare(firstPosition, format.next(given.backup.startPosition)) > 0
    if (!needed || predecessorSha256 === null || listed.has(number - 1)) continue
    const { fileName, segmentKey } = format.keyOf({ history, number: number - 1 })
    want(fileName, predecessorSha256, null, { kind: 'object', store: given.store, key: segmentKey })
  }
}

/** Log files of the base (as fetched) and of other backups of its history. */
function addBackups(given: Input, format: LogFormat, want: Want): void {
  for (const file of given.files) {
    if (file.role === 'log')
      want(lastPart(file.path), file.sha256, file.sizeBytes, { kind: 'file', path: file.at })
  }
  for (const other of sameHistory(given)) {
    // What the base holds needs no log.
    if (format.compare(other.stopPosition, given.backup.startPosition) <= 0) continue
    for (const file of other.files) {
      if (file.role !== 'log') continue
      want(lastPart(file.path), file.sha256, file.sizeBytes, {
        kind: 'object',
        store: given.store,
        key: file.key,
      })
    }
  }
}

/** Refusals of segments that were archived once: somebody else's document would be refused for another reason. */
const ARCHIVED_ONCE: ReadonlySet<RefusedSegment['reason']> = new Set([
  'segment-missing',
  'size-differs',
  'sidecar-unreadable',
])

/**
 * Segments behind the base's own log of which nothing is left that can be proven good: wanted all the same, so that the loss is refused
 * or accepted, and never passed over. (A segment without sidecar was never archived to its end.)
 */
function addLost(
  refused: readonly RefusedSegment[],
  given: Input,
  format: LogFormat,
  segments: Map<string, z.infer<typeof wantedSegment>>,
): void {
  const own = given.backup.files.filter((file) => file.role === 'log').map((file) => lastPart(file.path))
  const newest = own.sort(compareFileNames).at(-1)
  if (newest === undefined) return
  for (const { key, reason, detail } of refused) {
    const lost = format.parseKey(key)
    if (lost === null || lost.history !== given.backup.history || !ARCHIVED_ONCE.has(reason)) continue
    const { fileName } = lost
    if (segments.has(fileName) || compareFileNames(fileName, newest) <= 0) continue
    segments.set(fileName, { fileName, sha256: null, sizeBytes: null, copies: [], lost: detail })
  }
}

/** Names of segments are padded with zeros and grow in length. */
const compareFileNames = (a: string, b: string): number => a.length - b.length || compareUtf8(a, b)

const sameHistory = (given: Input): readonly BackupDescription[] =>
  given.backups.filter((other) => other.history === given.backup.history)

const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
