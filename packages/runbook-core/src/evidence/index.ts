export { authenticity } from './authenticity.ts'
export {
  type CollectInput,
  type CompareRestored,
  collectEvidence,
  type RestoredComparison,
} from './collect.ts'
export { compareByFiles } from './compare-by-files.ts'
export { type ComparingInMemory, compareInMemory } from './compare-in-memory.ts'
export { type DiskMeter, diskMeter } from './disk-peak.ts'
export { restoredRange } from './restored-range.ts'
export { type Copies, compareCopies, listCopies } from './source-copies.ts'
