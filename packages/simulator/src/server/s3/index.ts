export { FAULTS_PATH, STATISTICS_PATH } from './admin.ts'
export { nativeS3Digests } from './native-digests.ts'
export { type S3Server, type S3ServerOptions, startS3Server } from './start-s3-server.ts'
