import { z } from 'zod'
import type { Task } from '../../effects/index.ts'
import type { BackupDescription, LogFormat, RefusedSegment } from '../../formats/index.ts'
import { Clock, Log, ObjectStore, Random } from '../../ports/index.ts'
import { type ActionDefinition, defineAction } from '../define-action.ts'
import {
  absolutePath,
  backupDescription,
  backupFile,
  bytes,
  milliseconds,
  name,
  refusal,
} from '../support/schemas.ts'
import { toldRefusals } from '../support/told-refusals.ts'
import { askForUnlisted, type FoundLog } from './ask-log.ts'
import { compareFileNames, UNKNOWN_CONTENT, WantedLog, wantedSegment } from './wanted-log.ts'

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
 * another backup's (D30-D33, D36, D40). What the listing leaves out is asked for by name. A segment that lost its sidecar is still good
 * when its successor's sidecar names its digest.
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
  const { history } = given.backup
  const listed = yield* format.list({
    store: given.store,
    trustKey: trustKeyOf(given),
    after: given.backup.startPosition,
    patienceMs: given.patienceMs,
  })
  const found = yield* askForUnlisted(format, {
    store: given.store,
    trustKey: trustKeyOf(given),
    patienceMs: given.patienceMs,
    history,
    after: given.backup.startPosition,
    segments: listed.segments.filter((one) => one.history === history),
    refused: listed.refused.filter((one) => format.parseKey(one.key)?.history === history),
    own: numbersOf(format, [given.backup]),
    elsewhere: numbersOf(format, relatives(format, given)),
  })
  const wanted = new WantedLog()
  addArchived(found, given, format, wanted)
  addOrphans(found, given, format, wanted)
  addUnlisted(found, given, format, wanted)
  addBackups(given, format, wanted)
  addLost(found, given, format, wanted)
  const others = listed.refused.filter((one) => format.parseKey(one.key)?.history !== history)
  const told = toldRefusals([...found.refused, ...others].map((one) => ({ ...one, name: one.key })))
  for (const { name: key, reason, detail } of told) {
    yield* Log.write({ level: 'warn', message: `archived segment ${key} refused: ${reason}: ${detail}` })
  }
  const segments = wanted.inOrder()
  return {
    history,
    segments,
    refused: told,
    bytes: segments.reduce((sum, one) => sum + (one.sizeBytes ?? 0), 0),
  }
}

const trustKeyOf = ({ trustKey }: Input): string | null => (trustKey === '' ? null : trustKey)

/** Segments that their own sidecar vouches for. */
function addArchived(found: FoundLog, given: Input, format: LogFormat, wanted: WantedLog): void {
  const { startPosition } = given.backup
  for (const one of found.segments) {
    if (format.compare(one.lastPosition, startPosition) > 0)
      wanted.want(one.fileName, one, objectOf(given, one.key))
  }
}

/**
 * Segments that were refused and may be good all the same: an older version of the object may be what its sidecar says; without a usable
 * sidecar the successor's vouches for it, or, where nothing is signed, it is taken for what it says.
 */
function addOrphans(found: FoundLog, given: Input, format: LogFormat, wanted: WantedLog): void {
  for (const { key, described } of found.refused) {
    const orphan = format.parseKey(key)
    if (orphan === null) continue
    const place = objectOf(given, orphan.segmentKey)
    if (described !== undefined) {
      if (format.compare(described.lastPosition, given.backup.startPosition) > 0)
        wanted.want(orphan.fileName, described, place)
      continue
    }
    const successor = found.segments.find((segment) => segment.number === orphan.number + 1)
    const sha256 = successor?.predecessorSha256 ?? null
    if (sha256 === null && given.trustKey !== '') continue
    wanted.want(orphan.fileName, { ...UNKNOWN_CONTENT, sha256 }, place)
  }
}

/** Segments that neither listing nor names show and a successor vouches for: an older version of the object may be left. */
function addUnlisted(found: FoundLog, given: Input, format: LogFormat, wanted: WantedLog): void {
  for (const { history, number, firstPosition, predecessorSha256 } of found.segments) {
    const isNeeded = format.compare(firstPosition, format.next(given.backup.startPosition)) > 0
    if (!isNeeded || predecessorSha256 === null) continue
    const { fileName, segmentKey } = format.keyOf({ history, number: number - 1 })
    if (wanted.has(fileName)) continue
    wanted.want(fileName, { ...UNKNOWN_CONTENT, sha256: predecessorSha256 }, objectOf(given, segmentKey))
  }
}

/** Log files of the base (as fetched) and of other backups of its history; each may lie in the archive, too, listed or not. */
function addBackups(given: Input, format: LogFormat, wanted: WantedLog): void {
  for (const file of given.files) {
    if (file.role === 'log') wanted.want(lastPart(file.path), file, { kind: 'file', path: file.at })
  }
  for (const other of relatives(format, given)) {
    for (const file of logOf(other)) wanted.want(lastPart(file.path), file, objectOf(given, file.key))
  }
  for (const file of [given.backup, ...relatives(format, given)].flatMap(logOf)) {
    const number = format.numberOf(lastPart(file.path))
    if (number === null) continue
    const { segmentKey } = format.keyOf({ history: given.backup.history, number })
    wanted.want(lastPart(file.path), file, objectOf(given, segmentKey))
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
function addLost(found: FoundLog, given: Input, format: LogFormat, wanted: WantedLog): void {
  const own = logOf(given.backup).map((file) => lastPart(file.path))
  const newest = own.sort(compareFileNames).at(-1)
  if (newest === undefined) return
  for (const { key, reason, detail } of found.refused) {
    const lost = format.parseKey(key)
    if (lost === null || !ARCHIVED_ONCE.has(reason)) continue
    const { fileName } = lost
    if (wanted.has(fileName) || compareFileNames(fileName, newest) <= 0) continue
    wanted.lose(fileName, detail)
  }
}

const objectOf = ({ store }: Input, key: string) => ({ kind: 'object', store, key }) as const

/** Usable backups of the base's history that reach beyond what the base's data holds, the base itself included. */
const relatives = (format: LogFormat, { backup, backups }: Input): readonly BackupDescription[] =>
  backups.filter(
    ({ history, stopPosition }) =>
      history === backup.history && format.compare(stopPosition, backup.startPosition) > 0,
  )

const logOf = ({ files }: BackupDescription) => files.filter(({ role }) => role === 'log')

const numbersOf = (format: LogFormat, backups: readonly BackupDescription[]): number[] =>
  backups
    .flatMap(logOf)
    .map(({ path }) => format.numberOf(lastPart(path)))
    .filter((number) => number !== null)

const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
