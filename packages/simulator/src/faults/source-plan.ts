import type { ArchivedSegment, BackupDescription } from '@dr-drill/runbook-core'
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
