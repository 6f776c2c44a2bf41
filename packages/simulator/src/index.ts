export * from './disk/index.ts'
export * from './kernel/index.ts'
export * from './s3/index.ts'
export * from './stemedb/index.ts'
