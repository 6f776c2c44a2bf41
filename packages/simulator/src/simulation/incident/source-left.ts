import type { Checksums } from '@dr-drill/runbook-core'
import { RandomStream } from '../../kernel/index.ts'
import type { Production } from '../../production/index.ts'
import type { S3Digests } from '../../s3/index.ts'
import type { BucketContent } from '../../store/index.ts'
import { openStores } from '../rooms/stores.ts'
import { aftermathOf, type Disaster, overwriteNewest } from './disaster.ts'

/** A disaster and what decides the rest of it. */
export interface StruckProduction {
  readonly production: Production
  /** History time ms. */
  readonly failureAt: number
  readonly disaster: Disaster
  /** Of the drill's own chance. */
  readonly seed: number
}

/** What a drill's source holds once the disaster has struck and before anything else goes wrong: the same as in the drill. */
export function sourceLeft(
  { production, failureAt, disaster, seed }: StruckProduction,
  checksums: Checksums,
  digests: S3Digests,
): BucketContent {
  const random = RandomStream.fromSeed(seed)
  const { source } = aftermathOf(production, failureAt, disaster, random.split('disaster'))
  if (disaster.kind !== 'ransomware') return source
  const stores = openStores({ source, checksums, digests, historyNowMs: () => failureAt })
  overwriteNewest(stores.source, failureAt, random.split('disaster/ransomware'))
  return source
}
