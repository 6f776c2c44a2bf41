import type { ArchivedSegment, BackupDescription, Lineage, LogFormat, Position } from '../../formats/index.ts'
import { compareUtf8 } from '../../text/utf8.ts'

/** A part of the log that one history holds: the positions after `after`, up to `through`. */
export interface Stretch {
  readonly history: string
  readonly after: Position
  /** Where the next history left this one; null for the newest. */
  readonly through: Position | null
}

/** The line of histories from a base to the newest, and those that leave it elsewhere. */
export interface FollowedHistories {
  /** The base's own first. */
  readonly stretches: readonly Stretch[]
  readonly left: readonly { readonly history: string; readonly reason: string; readonly detail: string }[]
}

/** What is known of a history. */
interface KnownHistory {
  readonly history: string
  readonly lineage: Lineage | null
  /** Two documents disagree about where it comes from. */
  readonly isDisputed: boolean
  /** History time ms of the first that is known of it. */
  readonly beganAt: number
  readonly hasBackup: boolean
  /** The last position that is known of it. */
  readonly end: Position
}

/**
 * Finds the histories that continue the base's: after an earlier restore a new history goes on where the old one was left, so an older
 * base with the old log up to there and the new log behind it is everything. Of several that continue the same one, that counts of which
 * a backup is known, then the one begun last. Whoever wants a state before a restore gives `stoppedBy`: a history begun later is not
 * followed.
 */
export function followHistories(
  format: LogFormat,
  base: Pick<BackupDescription, 'history' | 'lineage' | 'startPosition'>,
  told: {
    readonly segments: readonly ArchivedSegment[]
    readonly backups: readonly BackupDescription[]
    readonly stoppedBy: number | null
  },
): FollowedHistories {
  const known = knownHistories(format, told.segments, told.backups)
  const stretches: Stretch[] = []
  const left: FollowedHistories['left'][number][] = []
  let current: { history: string; after: Position; least: Position } = {
    history: base.history,
    after: base.startPosition,
    least: base.startPosition,
  }
  for (;;) {
    known.delete(current.history)
    const children = childrenOf(current.history, known)
    const able = children.filter((child) => {
      const why = whyNot(format, child, current.least, told.stoppedBy)
      if (why !== null) left.push({ history: child.history, reason: 'not-continued', detail: why })
      return why === null
    })
    const [next, ...others] = able.sort(newestFirst)
    for (const other of others) {
      const detail = `it leaves ${current.history} at ${other.lineage.forkPosition}; ${next?.history} is continued instead`
      left.push({ history: other.history, reason: 'not-continued', detail })
    }
    const { history, after } = current
    stretches.push({ history, after, through: next?.lineage.forkPosition ?? null })
    if (next === undefined) return { stretches, left }
    const { forkPosition } = next.lineage
    current = { history: next.history, after: forkPosition, least: forkPosition }
  }
}

type Child = KnownHistory & { readonly lineage: Lineage }

const childrenOf = (history: string, known: ReadonlyMap<string, KnownHistory>): Child[] =>
  [...known.values()].filter((one): one is Child => one.lineage?.parentHistory === history)

/** Why a history that left this one is not continued; null when it is fit. */
function whyNot(
  format: LogFormat,
  { lineage, isDisputed, beganAt, end }: Child,
  least: Position,
  stoppedBy: number | null,
): string | null {
  if (isDisputed) return 'its documents disagree about where it comes from'
  const { parentHistory, forkPosition } = lineage
  if (format.compare(end, forkPosition) <= 0) return 'it holds no record of its own'
  if (format.compare(forkPosition, least) < 0)
    return `it leaves ${parentHistory} at ${forkPosition}, and the base holds more of that one: up to ${least}`
  return stoppedBy !== null && beganAt > stoppedBy ? 'it began after the target' : null
}

const newestFirst = (a: KnownHistory, b: KnownHistory): number =>
  Number(b.hasBackup) - Number(a.hasBackup) || b.beganAt - a.beganAt || compareUtf8(a.history, b.history)

function knownHistories(
  format: LogFormat,
  segments: readonly ArchivedSegment[],
  backups: readonly BackupDescription[],
): Map<string, KnownHistory> {
  const known = new Map<string, KnownHistory>()
  const add = (
    { history, lineage }: { readonly history: string; readonly lineage: Lineage | null },
    beganAt: number,
    hasBackup: boolean,
    last: Position,
  ): void => {
    const before = known.get(history)
    const isOther = before?.lineage != null && lineage !== null && !isSameLineage(before.lineage, lineage)
    known.set(history, {
      history,
      lineage: before?.lineage ?? lineage,
      isDisputed: (before?.isDisputed ?? false) || isOther,
      beganAt: Math.min(before?.beganAt ?? beganAt, beganAt),
      hasBackup: (before?.hasBackup ?? false) || hasBackup,
      end: before !== undefined && format.compare(before.end, last) > 0 ? before.end : last,
    })
  }
  for (const one of segments) add(one, one.firstRecordAt, false, one.lastPosition)
  for (const one of backups) add(one, one.startedAt, true, one.stopPosition)
  return known
}

const isSameLineage = (a: Lineage, b: Lineage): boolean =>
  a.parentHistory === b.parentHistory && a.forkPosition === b.forkPosition
