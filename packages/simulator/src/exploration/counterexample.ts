import { formatInstant, type QualifiedRunbook } from '@dr-drill/runbook-core'
import { parameterTexts, SCENARIO_SCHEMA_VERSION, type Scenario } from '../scenario/index.ts'
import type { SimulatedDrill } from '../simulation/index.ts'
import type { DrawnDrill } from './drawn-drill.ts'
import { evidenceOfLoss } from './evidence-of-loss.ts'

/** Where a drill came from. */
export interface Origin {
  /** Replay path of fast-check, from the run's seed; null: nobody explored. */
  readonly path: string | null
  readonly exploration: Scenario['exploration']
}

/** What a drill came to, as a scenario expects it. */
export function outcomeOfDrill(drill: SimulatedDrill): Scenario['expect'] {
  return {
    verdict: drill.judged.verdict.kind,
    loss: evidenceOfLoss(drill.judged.record),
    violated: drill.checked.violations.map(({ id }) => id),
  }
}

/** A performed drill as a scenario file: all that it was made from, every parameter, and what came of it. */
export function scenarioOf(
  drawn: DrawnDrill,
  performed: SimulatedDrill,
  runbook: QualifiedRunbook,
  given: { readonly title: string; readonly digest: string; readonly file: string | null } & Origin,
): Scenario {
  return {
    kind: 'scenario',
    schemaVersion: SCENARIO_SCHEMA_VERSION,
    title: given.title,
    seed: drawn.seed,
    production: { ...drawn.production, cut: formatInstant(drawn.failureAt) },
    disaster: { ...drawn.disaster },
    faults: drawn.faults.map(({ kind, with: parameters }) => ({ kind, with: { ...parameters } })),
    runbook: { id: runbook.id, digest: runbook.digest, file: given.file },
    params: { ...parameterTexts(runbook) },
    path: given.path,
    exploration: given.exploration,
    expect: outcomeOfDrill(performed),
    digest: given.digest,
  }
}
