import type { LedgerLine } from '../../production/index.ts'

/** A write that production acknowledged, sooner or later. */
export interface Acknowledged {
  readonly key: string
  readonly digest: string
  /** From 1. */
  readonly position: number
  /** History time at which its client was told, ms. */
  readonly at: number
}

/** All that a production was ever asked to keep. Computed once per production. */
export interface WholeLedger {
  /** By position. */
  readonly records: readonly Acknowledged[]
  readonly byKey: ReadonlyMap<string, Acknowledged>
  readonly byPosition: ReadonlyMap<number, Acknowledged>
  readonly submitted: ReadonlyMap<string, { readonly at: number; readonly digest: string }>
  /** For each of the records, when the last of it and those before it had been sent. */
  readonly submittedUntil: readonly number[]
  readonly hasOnePlacePerKey: boolean
  /** When clients were told, ascending. */
  readonly acknowledgedAt: Float64Array
}

const remembered = new WeakMap<readonly LedgerLine[], WholeLedger>()

/** The whole ledger of these lines; lines are immutable, so it is made once. */
export function wholeLedger(lines: readonly LedgerLine[]): WholeLedger {
  const known = remembered.get(lines)
  if (known !== undefined) return known
  const records: Acknowledged[] = []
  const submitted = new Map<string, { readonly at: number; readonly digest: string }>()
  for (const { op, key, digest, position, at } of lines) {
    if (op === 'submitted') submitted.set(key, { at, digest })
    if (op === 'acknowledged') records.push({ key, digest, position: Number(position), at })
  }
  records.sort((a, b) => a.position - b.position)
  const byKey = new Map(records.map((record) => [record.key, record]))
  const byPosition = new Map(records.map((record) => [record.position, record]))
  let latest = 0
  const whole = {
    records,
    byKey,
    byPosition,
    submitted,
    submittedUntil: records.map(({ key }) => {
      latest = Math.max(latest, submitted.get(key)?.at ?? Number.POSITIVE_INFINITY)
      return latest
    }),
    acknowledgedAt: Float64Array.from(records, ({ at }) => at).sort(),
    hasOnePlacePerKey: byKey.size === records.length && byPosition.size === records.length,
  }
  remembered.set(lines, whole)
  return whole
}

/** What had been promised to clients when the disaster struck: the truth that a restore is held against. */
export class LedgerTruth {
  readonly whole: WholeLedger
  readonly failureAt: number

  constructor(lines: readonly LedgerLine[], failureAt: number) {
    this.whole = wholeLedger(lines)
    this.failureAt = failureAt
  }

  /** True when its client had been told before the disaster. */
  isAcknowledged({ at }: Acknowledged): boolean {
    return at <= this.failureAt
  }

  /** How many records clients had been told of before the disaster. */
  get acknowledgedCount(): number {
    const { acknowledgedAt } = this.whole
    let [low, high] = [0, acknowledgedAt.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((acknowledgedAt[middle] as number) <= this.failureAt) low = middle + 1
      else high = middle
    }
    return low
  }

  /** True when it had been sent before the disaster: it may come back, acknowledged or not. */
  wasSubmitted(key: string): boolean {
    const sent = this.whole.submitted.get(key)
    return sent !== undefined && sent.at <= this.failureAt
  }

  /** True when a record at a position is the one that production wrote there, or one of whose fate no client ever heard. */
  isTrueAt(position: number, key: string, digest: string): boolean {
    const { records, byPosition } = this.whole
    const inPlace = records[position - 1]
    const record = inPlace?.position === position ? inPlace : byPosition.get(position)
    if (record !== undefined) return record.key === key && record.digest === digest
    return (
      !this.whole.byKey.has(key) && this.wasSubmitted(key) && this.whole.submitted.get(key)?.digest === digest
    )
  }
}
