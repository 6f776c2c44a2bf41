export type { CredentialRights, S3Credential } from './auth/index.ts'
export { portableS3Digests, type S3Digests } from './digests/index.ts'
export { S3_ERRORS, S3Error, type S3ErrorCode } from './errors/index.ts'
export { type S3RuleRecord, S3RuleSet, s3RuleRecord } from './fault-rules.ts'
export {
  type S3FaultAction,
  type S3FaultRequest,
  type S3FaultRule,
  S3Faults,
  s3Fault,
} from './faults.ts'
export { type ObjectStoreOptions, objectStoreHandlers, type StoreBinding } from './object-store/index.ts'
export { type PinnedFile, S3_LIMITS, type ServiceLimits } from './operations/context.ts'
export type { OpenObject } from './operations/open-object.ts'
export { S3Service, type S3ServiceOptions } from './service.ts'
export { type S3CredentialCounts, S3Statistics, type S3StatisticsSnapshot } from './statistics.ts'
export {
  isBucketName,
  type KeyPath,
  keyPath,
  NULL_VERSION,
  segmentOf,
  type VersionPaths,
  versionPaths,
} from './storage/index.ts'
export { errorResponse } from './wire/error-response.ts'
export { bodyOf, EMPTY_BODY, type S3Body, type S3Request } from './wire/request.ts'
export type { S3Response, S3ResponseBody } from './wire/response.ts'
export { READ_OPERATIONS, type Route, routeOf, type S3Operation, WRITE_OPERATIONS } from './wire/route.ts'
