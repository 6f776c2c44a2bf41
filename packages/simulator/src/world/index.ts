export {
  generateWorld,
  WORLD_ASSERTIONS,
  type World,
  type WorldOptions,
  worldFailureAt,
} from './generate-world.ts'
export { PRODUCTION_BUCKET } from './host.ts'
export { worldSigningKey } from './signing.ts'
export { WORLD_STARTED_AT } from './timeline.ts'
export { worldAssertion } from './workload.ts'
export { type CutWorld, worldOfCut } from './world-of-cut.ts'
