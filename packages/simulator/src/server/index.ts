export { nativeChecksums } from './checksums.ts'
export {
  type Accounts,
  type NodeFileSystem,
  type NodeFileSystemOptions,
  nodeFileSystem,
} from './file-system/index.ts'
export {
  FAULTS_PATH,
  nativeS3Digests,
  type S3Server,
  type S3ServerOptions,
  STATISTICS_PATH,
  startS3Server,
} from './s3/index.ts'
export * from './stemedb/index.ts'
