export { differences } from './compare-outcome.ts'
export { drawDelays, drawFailureAt, drillOfScenario } from './drill-of.ts'
export { parameterTexts } from './parameter-texts.ts'
export { readScenario } from './read-scenario.ts'
export {
  DISASTERS,
  SCENARIO_SCHEMA_VERSION,
  type Scenario,
  type ScenarioExpectation,
  scenarioJsonSchema,
  scenarioSchema,
} from './schema.ts'
export { scenarioText } from './write-scenario.ts'
