export { type Aftermath, aftermathOf, type Disaster, type DisasterKind } from './incident/disaster.ts'
export type { PreparedRunbook, SimulatedDrill, SimulationOptions } from './options.ts'
export type { Exposure } from './run/witness.ts'
export { simulateDrill } from './simulate-drill.ts'
