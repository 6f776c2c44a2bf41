export { S3_ERRORS, type S3ErrorCode } from './codes.ts'
export { S3Error } from './s3-error.ts'
