export { portableS3Digests, type S3Digests } from './s3-digests.ts'
