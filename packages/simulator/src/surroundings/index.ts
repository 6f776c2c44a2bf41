export type { SurroundingsControl } from './contract.ts'
export type { SentNotice } from './people.ts'
export { RESOLVERS, Surroundings, type SurroundingsOptions, type SurroundingsPorts } from './surroundings.ts'
