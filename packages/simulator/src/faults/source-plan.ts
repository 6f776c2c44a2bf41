import { type ArchivedSegment, type BackupDescription, OperatingError } from '@dr-drill/runbook-core'
import type { RandomStream } from '../kernel/index.ts'
import type { S3RuleRecord } from '../s3/index.ts'

/** What lies in a source, as its own manifests and sidecars tell. */
export interface SourceContents {
  /** Usable backups, newest first; there is at least one. */
  readonly backups: readonly [BackupDescription, ...BackupDescription[]]
  /** Archived segments that the newest backup's base does not hold, of its history, oldest first. */
  readonly segments: readonly ArchivedSegment[]
  /** Archived segments that the base holds and that belong to the newest backup all the same: a restore reads them, too. */
  readonly covered: readonly ArchivedSegment[]
  /** Key of the record that makes a backup complete. */
  readonly manifestKey: (backup: string) => string
}

/** A change of a stored object, as damage of a medium or a careless hand makes it: nothing else learns of it. */
export type Alteration =
  | { readonly kind: 'flip'; readonly key: string; readonly offset: number; readonly mask: number }
  /** Each of two objects has the bytes of the other. */
  | { readonly kind: 'swap'; readonly key: string; readonly with: string }
  | { readonly kind: 'remove'; readonly key: string }

/** What a fault does to a source, decided beforehand so that every target does the same. */
export interface SourcePlan {
  readonly alterations: readonly Alteration[]
  /** Rules of the store while the steps run; those that `pass` only watch whether what was altered is asked for. */
  readonly rules: readonly Omit<S3RuleRecord, 'id'>[]
  /** What was done, for the journal. */
  readonly detail: string
}

/** Decides what a fault does to a source. @throws usage-invalid when the source has nothing that it could strike */
export type PlanSource<P> = (parameters: P, contents: SourceContents, random: RandomStream) => SourcePlan

/** Watches whether any of these objects is asked for. */
export const watch = (keys: readonly string[]): SourcePlan['rules'][number] => ({
  operations: ['GetObject'],
  keys: [...keys],
  action: { kind: 'pass' },
  times: null,
})

/** Archived segments of which no backup has a copy, oldest first. */
export function soleSegments({ segments, backups }: SourceContents): SourceContents['segments'] {
  const others = new Set(backups.flatMap(({ files }) => files.map(({ sha256 }) => sha256)))
  return segments.filter(({ sha256 }) => !others.has(sha256))
}

/**
 * Every object that holds this segment, by its digest, in the order in which a restore asks for them: what the newest backup brings
 * along, then the archive, then other backups. A copy behind a good one is never read, so damage to it would not be seen.
 */
export function copiesOf(segment: ArchivedSegment, { backups, covered }: SourceContents): readonly string[] {
  const inBackups = backups.flatMap(({ files }) =>
    files.filter((file) => file.role === 'log' && file.sha256 === segment.sha256).map(({ key }) => key),
  )
  return covered.includes(segment) ? [...inBackups, segment.key] : [segment.key, ...inBackups]
}

/**
 * A segment that a restore reads, with the copies of it that are struck: one of several, or all, then of a segment that the newest base
 * does not hold. @throws usage-invalid when there is none
 */
export function drawStruckSegment(
  kind: string,
  which: 'one' | 'all',
  contents: SourceContents,
  random: RandomStream,
): { readonly segment: ArchivedSegment; readonly keys: readonly string[] } {
  const read = [...contents.covered, ...contents.segments]
  const able = which === 'one' ? read.filter((one) => copiesOf(one, contents).length > 1) : contents.segments
  if (able.length === 0) {
    const how = which === 'one' ? ' and has several copies' : ''
    throw new OperatingError('usage-invalid', `${kind}: no segment that the restore needs${how}`)
  }
  const segment = random.split('segment').pick(able)
  const copies = copiesOf(segment, contents)
  return { segment, keys: which === 'all' ? copies : copies.slice(0, 1) }
}
