export type { PreparedRunbook, SimulatedDrill, SimulationOptions } from './options.ts'
export { simulateDrill } from './simulate-drill.ts'
