import { compareUtf8, invariant } from '@dr-drill/runbook-core'
import { BucketContent, type KeyHistory, type MemoryVersion } from '../store/index.ts'
import type { Production, ProductionCut } from './contract.ts'
import type { DiskHistory } from './disk-history.ts'
import { countUntil } from './instants.ts'
import type { RecordedLedger } from './recorded-ledger.ts'

/** Contents of the store that are kept: drills of the same stretch between two writes share one. */
const CONTENTS_MAX = 32

/** What a recording came to. */
export interface RecordedParts extends Omit<Production, 'ledger' | 'oracleLedger' | 'cutAt'> {
  readonly ledger: RecordedLedger
  readonly disk: DiskHistory
}

/** A production over what was recorded. */
export function recordedProduction({ ledger, disk, ...facts }: RecordedParts): Production {
  const contents = new StoreContents(facts.writes)
  const { lines } = ledger
  return {
    ...facts,
    ledger: lines,
    get oracleLedger() {
      return ledger.indexed
    },
    cutAt(at): ProductionCut {
      invariant(at >= facts.startedAt && at <= facts.endsAt, 'a disaster strikes while production lives')
      const count = countUntil(lines, at, (line) => line.at)
      return {
        at,
        lines: count,
        source: () => contents.at(at).fork(),
        ledgerFile: () => ledger.file(count, at),
        primaryDisk: () => disk.at(at),
      }
    },
  }
}

/** What a store held at any instant, from the writes that it acknowledged. */
class StoreContents {
  readonly #writes: readonly MemoryVersion[]
  /** What was written of each key, by key in order. */
  readonly #byKey: readonly WrittenKey[]
  readonly #kept = new Map<number, BucketContent>()

  constructor(writes: readonly MemoryVersion[]) {
    this.#writes = writes
    this.#byKey = writtenKeys(writes)
  }

  at(instant: number): BucketContent {
    const count = countUntil(this.#writes, instant, ({ writtenAt }) => writtenAt)
    const known = this.#kept.get(count)
    if (known !== undefined) return known
    const made = this.#make(count)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size >= CONTENTS_MAX && oldest !== undefined) this.#kept.delete(oldest)
    this.#kept.set(count, made)
    return made
  }

  #make(count: number): BucketContent {
    const keys: string[] = []
    const histories = new Map<string, KeyHistory>()
    for (const { key, indices, history } of this.#byKey) {
      if ((indices[0] as number) >= count) continue
      keys.push(key)
      const later = indices.length - countUntil(indices, count - 1, (index) => index)
      histories.set(key, later === 0 ? history : history.slice(later))
    }
    return BucketContent.over(keys, histories, count)
  }
}

interface WrittenKey {
  readonly key: string
  /** Indices of its writes, oldest first. */
  readonly indices: readonly number[]
  /** Its writes, newest first. */
  readonly history: KeyHistory
}

function writtenKeys(writes: readonly MemoryVersion[]): readonly WrittenKey[] {
  const byKey = new Map<string, number[]>()
  writes.forEach(({ key }, index) => {
    const indices = byKey.get(key)
    if (indices === undefined) byKey.set(key, [index])
    else indices.push(index)
  })
  return [...byKey]
    .sort(([a], [b]) => compareUtf8(a, b))
    .map(([key, indices]) => ({
      key,
      indices,
      history: indices.map((index) => writes[index] as MemoryVersion).reverse(),
    }))
}
