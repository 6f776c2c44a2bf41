import type { Task } from '@dr-drill/runbook-core'
import type { S3Response } from '../wire/response.ts'
import type { S3Operation } from '../wire/route.ts'
import { abortMultipartUpload } from './abort-multipart-upload.ts'
import {
  createBucket,
  deleteBucket,
  getBucketLocation,
  getBucketVersioning,
  headBucket,
  listBuckets,
  putBucketVersioning,
} from './buckets.ts'
import { completeMultipartUpload } from './complete-multipart-upload.ts'
import type { OperationInput, ServiceContext } from './context.ts'
import { copyObject } from './copy-object.ts'
import { createMultipartUpload } from './create-multipart-upload.ts'
import { deleteObject } from './delete-object.ts'
import { deleteObjects } from './delete-objects.ts'
import { getObject } from './get-object.ts'
import { headObject } from './head-object.ts'
import { listObjectVersions } from './list-object-versions.ts'
import { listObjectsV1, listObjectsV2 } from './list-objects.ts'
import { listMultipartUploads, listParts } from './list-parts.ts'
import { putObject } from './put-object.ts'
import { uploadPart } from './upload-part.ts'
import { uploadPartCopy } from './upload-part-copy.ts'

/** Performs one kind of request that was routed, authenticated and allowed. */
export type OperationHandler = (context: ServiceContext, input: OperationInput) => Task<S3Response>

/** All operations by name. */
export const OPERATIONS: Readonly<Record<S3Operation, OperationHandler>> = {
  ListBuckets: listBuckets,
  CreateBucket: createBucket,
  DeleteBucket: deleteBucket,
  HeadBucket: headBucket,
  GetBucketLocation: getBucketLocation,
  GetBucketVersioning: getBucketVersioning,
  PutBucketVersioning: putBucketVersioning,
  ListObjects: listObjectsV1,
  ListObjectsV2: listObjectsV2,
  ListObjectVersions: listObjectVersions,
  ListMultipartUploads: listMultipartUploads,
  ListParts: listParts,
  PutObject: putObject,
  CopyObject: copyObject,
  GetObject: getObject,
  HeadObject: headObject,
  DeleteObject: deleteObject,
  DeleteObjects: deleteObjects,
  CreateMultipartUpload: createMultipartUpload,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
  CompleteMultipartUpload: completeMultipartUpload,
  AbortMultipartUpload: abortMultipartUpload,
}
