export * from './disk/index.ts'
export * from './kernel/index.ts'
export * from './stemedb/index.ts'
