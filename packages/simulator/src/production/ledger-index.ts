import { compareUtf8, invariant } from '@dr-drill/runbook-core'
import type { LedgerLine } from './contract.ts'

/** What a ledger says of one key, from its first line to its last. Instants are history time ms. */
export interface LedgerKey {
  readonly key: string
  /** Its rank among the ledger's keys by UTF-8 bytes, from 0. */
  readonly rank: number
  readonly digest: string
  /** Indices of its lines in the ledger, from 0; infinite: there is none. */
  readonly submittedLine: number
  readonly acknowledgedLine: number
  readonly failedLine: number
  /** Null unless acknowledged. */
  readonly position: string | null
  /** Null unless acknowledged. */
  readonly acknowledgedAt: number | null
}

/**
 * A ledger by key, made once per production. Lines are in order of time, so what was known at an instant is what stands on its first
 * so many lines: compare a line's index with `ProductionCut.lines`.
 */
export class LedgerIndex {
  /** Sorted by UTF-8 bytes. */
  readonly keys: readonly LedgerKey[]
  readonly #byKey: ReadonlyMap<string, LedgerKey>

  /** Each key is submitted once and has one fate at most, as a production's clients write. */
  constructor(lines: readonly LedgerLine[]) {
    const unranked = new Map<string, LedgerKey>()
    lines.forEach((line, index) => {
      unranked.set(line.key, withLine(unranked.get(line.key), line, index))
    })
    this.keys = [...unranked.values()]
      .sort((a, b) => compareUtf8(a.key, b.key))
      .map((entry, rank) => ({ ...entry, rank }))
    this.#byKey = new Map(this.keys.map((entry) => [entry.key, entry]))
  }

  /** What it says of a key; null when it does not know it. */
  of(key: string): LedgerKey | null {
    return this.#byKey.get(key) ?? null
  }
}

const NEVER = Number.POSITIVE_INFINITY

function withLine(known: LedgerKey | undefined, line: LedgerLine, index: number): LedgerKey {
  const { op, key, digest, position, at } = line
  if (op === 'submitted') {
    invariant(known === undefined, `production sends ${key} once`)
    return {
      key,
      rank: 0,
      digest,
      submittedLine: index,
      acknowledgedLine: NEVER,
      failedLine: NEVER,
      position: null,
      acknowledgedAt: null,
    }
  }
  invariant(known !== undefined, `the fate of ${key} is known after it was sent`)
  if (op === 'failed') return { ...known, failedLine: index }
  return { ...known, acknowledgedLine: index, position, acknowledgedAt: at }
}
