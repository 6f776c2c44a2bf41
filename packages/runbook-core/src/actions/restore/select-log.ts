import { z } from 'zod'
import type { Task } from '../../effects/index.ts'
import type { ArchivedSegment, LogFormat, RefusedSegment } from '../../formats/index.ts'
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
import { askForUnlisted, toldSegments } from './ask-log.ts'
import { followHistories, type Stretch } from './follow-histories.ts'
import { collectStretch, type FoundStretch, logOf, numbersIn } from './stretch-copies.ts'
import { WantedLog, wantedSegment } from './wanted-log.ts'

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
  /** Backups that are no base and whose manifest can be believed: the same. */
  others: z.array(backupDescription).default([]),
  /** Only histories that had begun by this instant are followed (D69); null: to the newest. */
  stoppedBy: milliseconds.nullable().default(null),
  patienceMs: milliseconds,
})
type Input = z.infer<typeof input>

const output = z.object({
  history: z.string(),
  /** The base's history and those that continue it, in order, each up to where the next one left it. */
  histories: z.array(z.object({ history: z.string(), through: z.string().nullable() })),
  /** In order. */
  segments: z.array(wantedSegment),
  refused: z.array(refusal),
  bytes,
})
type Output = z.infer<typeof output>

/**
 * Lists the archived segments that follow the base, of its history and of those that continue it after a restore, with every copy of
 * each: the archive's, the backup's own, another backup's (D30-D33, D36, D40). What the listing leaves out is asked for by name. A segment
 * that lost its sidecar is still good when its successor's sidecar names its digest. What a history held behind its fork is left out.
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
  const { store, patienceMs, backup } = given
  const trustKey = given.trustKey === '' ? null : given.trustKey
  const listed = yield* format.list({ store, trustKey, after: backup.startPosition, patienceMs })
  const followed = followHistories(format, backup, {
    segments: toldSegments(listed),
    backups: [...given.backups, ...given.others],
    stoppedBy: given.stoppedBy,
  })
  const found: FoundStretch[] = []
  for (const stretch of followed.stretches) {
    found.push(yield* search(format, given, listed, stretch, found.at(-1) ?? null))
  }
  const wanted = new WantedLog()
  found.forEach((one, order) => {
    collectStretch(format, { ...given, isSigned: trustKey !== null }, one, found[order + 1] ?? null, wanted)
  })
  const refused = yield* tell(format, listed.refused, found, followed)
  const segments = wanted.inOrder()
  return {
    history: backup.history,
    histories: followed.stretches.map(({ history, through }) => ({ history, through })),
    segments,
    refused,
    bytes: segments.reduce((sum, one) => sum + (one.sizeBytes ?? 0), 0),
  }
}

/** What the archive and the backups hold of one history, as the listing and names together show it. */
function* search(
  format: LogFormat,
  given: Input,
  listed: { readonly segments: readonly ArchivedSegment[]; readonly refused: readonly RefusedSegment[] },
  stretch: Stretch,
  before: FoundStretch | null,
): Task<FoundStretch> {
  const { history, after } = stretch
  const isBase = history === given.backup.history
  const relatives = [...given.backups, ...given.others].filter(
    (other) => other.history === history && format.compare(other.stopPosition, after) > 0,
  )
  const log = yield* askForUnlisted(format, {
    store: given.store,
    trustKey: given.trustKey === '' ? null : given.trustKey,
    patienceMs: given.patienceMs,
    ...stretch,
    segments: listed.segments.filter((one) => one.history === history),
    refused: listed.refused.filter(({ key }) => format.parseKey(key)?.history === history),
    own: isBase ? numbersIn(format, [given.backup]) : [],
    elsewhere: numbersIn(format, relatives),
    // Numbers go on over a fork: that is where to look for a history of which only its name is known.
    follows: before === null ? null : lastNumber(format, before),
  })
  return { stretch, log, relatives, own: isBase ? logOf(given.backup) : null }
}

/** Number of the last segment before a history's fork; null when none is known. */
function lastNumber(format: LogFormat, { stretch, log }: FoundStretch): number | null {
  const { through } = stretch
  const isBefore = ({ firstPosition }: ArchivedSegment): boolean =>
    through === null || format.compare(firstPosition, through) <= 0
  const numbers = toldSegments(log)
    .filter(isBefore)
    .map(({ number }) => number)
  return numbers.length === 0 ? null : numbers.reduce((most, number) => Math.max(most, number))
}

/** Tells what is not used and why, and which histories continue the base's. */
function* tell(
  format: LogFormat,
  listed: readonly RefusedSegment[],
  found: readonly FoundStretch[],
  { stretches, left }: ReturnType<typeof followHistories>,
): Task<Output['refused']> {
  const followed = new Set(stretches.map(({ history }) => history))
  const others = listed.filter(({ key }) => !followed.has(format.parseKey(key)?.history ?? ''))
  const refused = [...found.flatMap(({ log }) => log.refused), ...others]
  const told = toldRefusals([
    ...left.map(({ history, ...why }) => ({ name: `history ${history}`, ...why })),
    ...refused.map(({ key, reason, detail }) => ({ name: key, reason, detail })),
    ...found.flatMap((one) => behindFork(format, one)),
  ])
  for (const { name: what, reason, detail } of told) {
    yield* Log.write({ level: 'warn', message: `log: ${what} refused: ${reason}: ${detail}` })
  }
  for (const [order, { history, after }] of stretches.entries()) {
    if (order === 0) continue
    const message = `history ${history} continues ${stretches[order - 1]?.history} from position ${format.next(after)} on`
    yield* Log.write({ level: 'info', message })
  }
  return told
}

/** Segments of a history from after its fork: what they hold was given up by an earlier restore and never comes back. */
function behindFork(format: LogFormat, { stretch, log }: FoundStretch) {
  const { through } = stretch
  if (through === null) return []
  return log.segments
    .filter(({ firstPosition }) => format.compare(firstPosition, through) > 0)
    .map(({ key }) => ({
      name: key,
      reason: 'behind-fork',
      detail: `an earlier restore left this history at position ${through}`,
    }))
}
