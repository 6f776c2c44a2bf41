import { all, attempt, type Checksums, Clock, invariant, sleep, type Task } from '@dr-drill/runbook-core'
import { type Assertion, assertionDigest, formatPosition } from '@dr-drill/runbook-core/stemedb'
import type { RandomStream } from '../kernel/index.ts'
import type { StemedbEngine } from '../stemedb/index.ts'
import type { LedgerSink } from './ledger.ts'

/** No assertion is more certain than 1. */
const CONFIDENCE_REFUSED = 2

const AREAS = ['plants', 'people', 'papers', 'places', 'genes', 'drugs'] as const
const PREDICATES = ['measures', 'cites', 'located-in', 'derived-from', 'contradicts', 'name'] as const
const TIERS = ['expert', 'peer_reviewed', 'community', 'inferred'] as const

/** The n-th assertion of a world (from 1): plausible, various in size, and the same for the same stream and number. */
export function worldAssertion(random: RandomStream, n: number): Assertion {
  const area = random.pick(AREAS)
  return {
    id: `${area}-${random.uint32().toString(16).padStart(8, '0')}-${n}`,
    concept_path: `${area}/${random.integer(1, 400)}/${random.integer(1, 20)}`,
    predicate: random.pick(PREDICATES),
    value: worldValue(random, n),
    confidence: random.integer(0, 1000) / 1000,
    authority_tier: random.pick(TIERS),
  }
}

function worldValue(random: RandomStream, n: number): Assertion['value'] {
  switch (random.integer(0, 4)) {
    case 0:
      return n
    case 1:
      return random.chance(1, 2)
    case 2:
      return { amount: random.integer(-100_000, 100_000), unit: random.pick(['mg', 'ml', 'm', 'kg']) }
    case 3:
      return [random.integer(1, 9), random.integer(10, 99), `ref-${random.uint32().toString(36)}`]
    default:
      return Array.from({ length: random.integer(1, 12) }, () => random.uint32().toString(36)).join(' ')
  }
}

/** When clients write, and what becomes of what they sent. */
export interface WorkloadShape {
  /** Writers that assert at the same time in a burst, at most: what group commit is for. */
  readonly burstMax: number
  /** The share of the time that has passed when this share of the assertions is sent; from 0 to 1, and never falls. */
  readonly pace: (sent: number) => number
  /**
   * What becomes of an assertion. `unheard`: it is durable, but its client never hears of it. `refused`: the engine refuses it for
   * certain, and its client hears of that.
   */
  readonly fate: () => 'heard' | 'unheard' | 'refused'
}

/** As much in each hour as in any other, and every client hears what came of its writes. */
export const EVEN_WORKLOAD: WorkloadShape = Object.freeze({
  burstMax: 8,
  pace: (sent: number) => sent,
  fate: () => 'heard' as const,
})

/** Who writes, how much, for how long. */
export interface WorkloadOptions {
  readonly checksums: Checksums
  readonly random: RandomStream
  readonly ledger: LedgerSink
  readonly assertions: number
  /** Drill time from now until the failure. */
  readonly durationMs: number
  readonly shape: WorkloadShape
}

/**
 * Clients of production: asserts over the time until the failure, in bursts, as their shape has them. Every write stands in the ledger
 * before it is sent, and again when its fate was heard.
 */
export function* workload(engine: StemedbEngine, options: WorkloadOptions): Task<void> {
  const { random, assertions, durationMs, shape } = options
  const startedAt = yield* Clock.drillNow({})
  for (let sent = 0; sent < assertions; ) {
    const burst = Math.min(random.integer(1, shape.burstMax), assertions - sent)
    // The last burst falls just before the failure, so that the tail is never empty.
    const due = startedAt + Math.floor((durationMs - 1) * shape.pace((sent + burst) / assertions))
    yield* sleep(Math.max(0, due - (yield* Clock.drillNow({}))))
    const writes = Array.from({ length: burst }, (_, index) => worldAssertion(random, sent + index + 1))
    yield* all(
      writes.map((assertion) => () => send(engine, assertion, options)),
      burst,
    )
    sent += burst
  }
}

function* send(
  engine: StemedbEngine,
  assertion: Assertion,
  { checksums, ledger, shape }: WorkloadOptions,
): Task<void> {
  const fate = shape.fate()
  const digest = assertionDigest(checksums, assertion)
  ledger.write({ op: 'submitted', key: assertion.id, digest })
  if (fate === 'refused') {
    const refused = yield* attempt(engine.assert({ ...assertion, confidence: CONFIDENCE_REFUSED }))
    invariant(!refused.ok, 'the engine refuses a confidence beyond certainty')
    ledger.write({ op: 'failed', key: assertion.id })
    return
  }
  const result = yield* engine.assert(assertion)
  if (fate === 'unheard') return
  const at = yield* Clock.historyNow({})
  ledger.write({
    op: 'acknowledged',
    key: assertion.id,
    position: formatPosition(result.position),
    at,
    digest,
  })
}
