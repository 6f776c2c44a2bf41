export type { SurroundingsControl } from './contract.ts'
export { Surroundings, type SurroundingsPorts } from './surroundings.ts'
