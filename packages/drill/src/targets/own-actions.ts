import type { AnyAction } from '@dr-drill/runbook-core'

/** What a `drill.config.ts` in the root of the checkout exports by default. */
export interface DrillConfig {
  /** Action kinds beyond those that the drill brings. */
  readonly actions: readonly AnyAction[]
}

/** The configuration; where programs are bundled, this module gives way to the file, if there is one. */
export const config: DrillConfig = { actions: [] }
