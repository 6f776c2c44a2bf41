export * from './api/index.ts'
export * from './backup/index.ts'
export * from './checkpoint/index.ts'
export * from './operations/index.ts'
export { stemedbPack } from './pack.ts'
export { STEMEDB_ENDPOINT, STEMEDB_PATHS, STEMEDB_USER } from './paths.ts'
export * from './record/index.ts'
export * from './record-file/index.ts'
export { stemedbRecords } from './records.ts'
export * from './segment/index.ts'
export {
  type StemedbUnitOptions,
  type StemedbUnitSet,
  stemedbApiService,
  stemedbProtectionUnits,
  stemedbUnits,
} from './units.ts'
