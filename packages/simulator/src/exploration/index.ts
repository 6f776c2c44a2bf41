export { type Origin, outcomeOfDrill, scenarioOf } from './counterexample.ts'
export { belowFloor, coverageFloor } from './coverage.ts'
export { addDigests, addHexDigests, ZERO_DIGEST } from './digest-sum.ts'
export { drawDrill, runSeed } from './draw-drill.ts'
export {
  type DrawnDrill,
  type ExplorationSpace,
  type ProductionKey,
  pooledProductions,
} from './drawn-drill.ts'
export { evidenceOfLoss, oracleExamples } from './evidence-of-loss.ts'
export {
  crashWords,
  type Exploration,
  type ExploredDrill,
  exploreRuns,
  type PerformDrill,
  REPEATED_EVERY,
} from './explore-runs.ts'
export { laterMoments } from './later-moment.ts'
export { type DigestedDrill, indexedDigest, runDigest } from './run-digest.ts'
export { settleDrill } from './settle-drill.ts'
export { simplerDrills } from './shrink-drill.ts'
export { story } from './story.ts'
export { addTallies, EMPTY_TALLY, type FaultCoverage, type Finding, type Tally } from './tally.ts'
