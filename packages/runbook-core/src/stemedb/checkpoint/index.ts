export {
  checkpointFileName,
  isUnfinishedCheckpoint,
  parseCheckpointFileName,
  unfinishedCheckpointName,
} from './names.ts'
export { checkpointFault, scanCheckpoint } from './scan-checkpoint.ts'
