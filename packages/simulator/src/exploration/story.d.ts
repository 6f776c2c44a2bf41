import type { Scenario } from '../scenario/index.ts'
import type { SimulatedDrill } from '../simulation/index.ts'
/** A counterexample as a person reads it: what was violated, what was injected, what happened when, and which bytes are concerned. */
export declare function story(scenario: Scenario, drill: SimulatedDrill, file: string): string
//# sourceMappingURL=story.d.ts.map
