import { OperatingError, parseInstant } from '@dr-drill/runbook-core'
import type { DrawnDrill, ProductionKey } from '../exploration/drawn-drill.ts'
import { RandomStream } from '../kernel/index.ts'
import { drawDisaster, type Production } from '../production/index.ts'
import type { Scenario } from './schema.ts'

const MINUTE_MS = 60_000
/** Longest that people need to notice, and then to declare, when nobody says otherwise. */
const DETECTION_MAX_MS = 20 * MINUTE_MS
const DECLARATION_MAX_MS = 10 * MINUTE_MS

/** When people notice and declare, where a scenario leaves that to chance: by the drill's seed. */
export function drawDelays(seed: number): { readonly detectionMs: number; readonly declarationMs: number } {
  const random = RandomStream.fromSeed(seed).split('drill/delays')
  return {
    detectionMs: random.integer(0, DETECTION_MAX_MS),
    declarationMs: random.integer(0, DECLARATION_MAX_MS),
  }
}

/** When a disaster strikes, where a scenario leaves that to chance, history ms: by the drill's seed. */
export const drawFailureAt = (seed: number, production: Production): number =>
  drawDisaster(production, RandomStream.fromSeed(seed).split('drill/failure')).at

/** The drill that a scenario describes. @throws input-invalid when its cut lies outside of its production's life */
export function drillOfScenario(
  scenario: Scenario,
  productionOf: (key: ProductionKey) => Production,
): DrawnDrill {
  const { seed, faults, disaster } = scenario
  const { cut, ...key } = scenario.production
  const production = productionOf(key)
  const drawn = drawDelays(seed)
  return {
    seed,
    production: key,
    failureAt: cut === null ? drawFailureAt(seed, production) : withinLife(cut, production),
    disaster: {
      kind: disaster.kind,
      detectionMs: disaster.detectionMs ?? drawn.detectionMs,
      declarationMs: disaster.declarationMs ?? drawn.declarationMs,
    },
    faults,
  }
}

function withinLife(cut: string, { startedAt, endsAt }: Production): number {
  const at = parseInstant(cut)
  if (at !== null && at >= startedAt && at <= endsAt) return at
  throw new OperatingError(
    'input-invalid',
    `the scenario's cut ${cut} lies outside of its production's life`,
    {
      subject: 'production.cut',
    },
  )
}
