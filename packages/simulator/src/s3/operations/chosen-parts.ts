import { S3Error } from '../errors/index.ts'
import type { ChecksumAlgorithm, PartRecord, UploadRecord } from '../storage/records.ts'

/** A part as CompleteMultipartUpload names it. */
export interface AskedPart {
  readonly PartNumber: number
  readonly ETag: string
  readonly ChecksumCRC32?: string | undefined
  readonly ChecksumCRC32C?: string | undefined
  readonly ChecksumCRC64NVME?: string | undefined
  readonly ChecksumSHA1?: string | undefined
  readonly ChecksumSHA256?: string | undefined
}

/** The stored part that is meant. @throws InvalidPart, InvalidRequest when a composite checksum lacks one of its parts */
export function choosePart(
  upload: UploadRecord,
  stored: PartRecord | undefined,
  asked: AskedPart,
  etag: string,
): PartRecord {
  if (stored?.etag !== etag) {
    throw new S3Error('InvalidPart', undefined, { PartNumber: String(asked.PartNumber), ETag: etag })
  }
  const algorithm = upload.checksumAlgorithm
  if (
    algorithm !== null &&
    upload.checksumType === 'COMPOSITE' &&
    askedChecksum(asked, algorithm) === undefined
  ) {
    throw new S3Error(
      'InvalidRequest',
      `The upload was created using a ${algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${asked.PartNumber} in the request.`,
    )
  }
  const given = stored.checksum === null ? undefined : askedChecksum(asked, stored.checksum.algorithm)
  if (given !== undefined && given !== stored.checksum?.value) {
    throw new S3Error('InvalidPart', undefined, { PartNumber: String(asked.PartNumber), ETag: etag })
  }
  return stored
}

function askedChecksum(asked: AskedPart, algorithm: ChecksumAlgorithm): string | undefined {
  return asked[`Checksum${algorithm}`]
}
