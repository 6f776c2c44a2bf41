import type { RandomStream } from '../../kernel/index.ts'
import type { Production } from '../../production/index.ts'
import type { BucketContent, StoreControl } from '../../store/index.ts'

/** What is lost of a production (the seed's five). */
export type DisasterKind = 'server' | 'data-centre' | 'disk' | 'ransomware' | 'region'

/** What strikes, and how long people need. */
export interface Disaster {
  readonly kind: DisasterKind
  /** Until somebody notices, ms. */
  readonly detectionMs: number
  /** From there until it is declared, ms. */
  readonly declarationMs: number
}

const MINUTE_MS = 60_000
/** How far a replica in another region may be behind. */
const REPLICA_LAG_MAX_MS = 15 * MINUTE_MS
/** How far back an intruder overwrites. */
const OVERWRITTEN_MAX_MS = 12 * 60 * MINUTE_MS
const RANSOM_NOTE_BYTES = 64

/** What a disaster leaves of production's store, and what it costs besides. */
export interface Aftermath {
  /** What the source holds for a restore. */
  readonly source: BucketContent
  /** History time up to which the source knows production. */
  readonly knownUntil: number
  /** History time by which the loss window grows, ms: what the surviving replica never got. */
  readonly lossMs: number
}

/**
 * The store that is left. Everywhere but in a lost region it is production's own, as it stood at the disaster; there it is a replica
 * elsewhere that lags behind.
 */
export function aftermathOf(
  production: Production,
  failureAt: number,
  disaster: Disaster,
  random: RandomStream,
): Aftermath {
  if (disaster.kind !== 'region') {
    return { source: production.cutAt(failureAt).source(), knownUntil: failureAt, lossMs: 0 }
  }
  const lagMs = random.integer(0, REPLICA_LAG_MAX_MS)
  const knownUntil = Math.max(production.startedAt, failureAt - lagMs)
  return { source: production.cutAt(knownUntil).source(), knownUntil, lossMs: failureAt - knownUntil }
}

/**
 * What intruders do with production's right to write: everything that was written in the last hours is overwritten by noise. Where
 * versions are kept, the older ones remain.
 */
export function overwriteNewest(source: StoreControl, failureAt: number, random: RandomStream): number {
  const since = failureAt - random.integer(1, OVERWRITTEN_MAX_MS)
  const struck = source.keys().filter((key) => (source.versions(key)[0]?.lastModifiedAt ?? 0) >= since)
  for (const key of struck) {
    const sizeBytes = source.versions(key)[0]?.bytes.length ?? 0
    // Whoever encrypts in place keeps the length; whoever leaves a note does not.
    source.overwrite(key, random.bytes(random.chance(1, 2) ? Math.min(sizeBytes, 4096) : RANSOM_NOTE_BYTES))
  }
  return struck.length
}
