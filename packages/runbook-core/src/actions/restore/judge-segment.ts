import type { LogFormat, Position, SegmentScan } from '../../formats/index.ts'

/** One history of the line to be restored, and where the next one left it; null for the newest. */
export interface LineHistory {
  readonly history: string
  readonly through: Position | null
}

/** How far the line has been read: which history it is in, and the last position that is good. */
export interface Reached {
  readonly stretch: number
  readonly last: Position
}

/** What ends the contiguous prefix. */
export interface Hole {
  readonly fileName: string
  readonly reason: string
  readonly code: 'log-gap' | 'log-corrupt'
  /** First position behind it that a good segment holds; null when none does. */
  readonly before: Position | null
}

/** What one segment is to the line. */
export type Judgement =
  /** No part of the line, whatever its key says: if it stands in place of one, what follows shows the hole. */
  | { readonly kind: 'passed-over'; readonly why: string }
  /** `good`: the last position before the damage that may be kept when a loss is accepted. */
  | { readonly kind: 'hole'; readonly hole: Hole; readonly stretch: number; readonly good: Position | null }
  /** `cutAt`: what it holds behind this position was given up by the restore that left its history there. */
  | { readonly kind: 'good'; readonly stretch: number; readonly cutAt: Position | null }

/**
 * Judges a scanned segment: it must be of a history of the line, come from where the line says, be whole up to where the next history
 * begins, and leave no position out.
 */
export function judgeSegment(
  format: LogFormat,
  line: readonly LineHistory[],
  reached: Reached,
  fileName: string,
  scanned: SegmentScan,
): Judgement {
  const own = line.findIndex(({ history }) => history === scanned.history)
  const stretch = own < 0 ? reached.stretch : own
  const { through = null } = line[stretch] ?? {}
  const why = strange(format, own, reached, fileName, scanned) ?? behindFork(format, through, scanned)
  if (why !== null) return { kind: 'passed-over', why }
  const hole = (code: Hole['code'], reason: string, good: Position | null): Judgement => ({
    kind: 'hole',
    hole: { fileName, reason, code, before: code === 'log-gap' ? scanned.firstPosition : null },
    stretch,
    good,
  })
  if (own > 0 && !comesFrom(format, line[own - 1], scanned)) {
    return hole('log-corrupt', `it tells another origin of history ${scanned.history} than its record`, null)
  }
  const { damage, firstPosition, lastPosition } = scanned
  const isBeyond = (position: Position | null, least: number): boolean =>
    through !== null && position !== null && format.compare(position, through) >= least
  if (damage !== null && !isBeyond(damage.after, 0)) {
    return hole('log-corrupt', damage.detail, own < 0 ? null : damage.after)
  }
  if (firstPosition !== null && format.compare(firstPosition, format.next(reached.last)) > 0) {
    const expected = format.next(reached.last)
    return hole('log-gap', `it begins at ${firstPosition}; ${expected} was expected`, null)
  }
  return { kind: 'good', stretch, cutAt: damage !== null || isBeyond(lastPosition, 1) ? through : null }
}

/** Why an intact segment is none of the line; null when it is one. */
function strange(
  format: LogFormat,
  own: number,
  reached: Reached,
  fileName: string,
  { damage, history, number }: SegmentScan,
): string | null {
  if (own >= 0 && own < reached.stretch) return `history ${history} was left before it`
  if (damage !== null) return null
  if (own < 0) return `it belongs to history ${history}`
  const isNamed =
    number !== null && history !== null && format.keyOf({ history, number }).fileName === fileName
  return isNamed ? null : `it is segment ${number} of its history, not what its name says`
}

function behindFork(
  format: LogFormat,
  through: Position | null,
  { firstPosition }: SegmentScan,
): string | null {
  if (through === null || firstPosition === null || format.compare(firstPosition, through) <= 0) return null
  return `it begins at ${firstPosition}, and an earlier restore left its history at ${through}`
}

function comesFrom(format: LogFormat, parent: LineHistory | undefined, { lineage }: SegmentScan): boolean {
  if (parent === undefined || parent.through === null || lineage === null) return false
  return (
    lineage.parentHistory === parent.history && format.compare(lineage.forkPosition, parent.through) === 0
  )
}
