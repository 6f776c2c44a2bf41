import { FileSystem, OperatingError, type Task, utf8Decode, utf8Encode } from '@dr-drill/runbook-core'
import { z } from 'zod'

/** A record is small; what is larger was not written by this service. */
const RECORD_BYTES_MAX = 256 * 1024

const instant = z.iso.datetime().transform((text) => Date.parse(text))

/** Checksum algorithms of S3, as their names stand in XML. */
export const CHECKSUM_ALGORITHMS = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const

/** One of S3's checksum algorithms. */
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number]

const checksumShape = z.object({
  algorithm: z.enum(CHECKSUM_ALGORITHMS),
  /** Over the whole object, or over the checksums of its parts. */
  type: z.enum(['FULL_OBJECT', 'COMPOSITE']),
  /** Base64, with `-N` for a composite of N parts. */
  value: z.string(),
})

/** Attributes that the writer chose and a reader gets back. */
const attributesShape = z.object({
  contentType: z.string(),
  /** Standard headers by lower-case name: cache-control, content-disposition, content-encoding, content-language, expires. */
  headers: z.record(z.string(), z.string()),
  /** User metadata by lower-case name, without `x-amz-meta-`. */
  metadata: z.record(z.string(), z.string()),
})

const objectShape = z.object({
  kind: z.literal('s3-object'),
  schemaVersion: z.literal(1),
  /** For people: the path decides which key this is. */
  key: z.string(),
  versionId: z.string(),
  /** Orders the versions of a key: higher is newer. */
  sequence: z.int().nonnegative(),
  /** How often this version was overwritten; its parity names the file of the bytes. */
  generation: z.int().nonnegative(),
  deleteMarker: z.boolean(),
  sizeBytes: z.int().nonnegative(),
  /** Without quotes. */
  etag: z.string(),
  lastModified: instant,
  checksum: checksumShape.nullable(),
  attributes: attributesShape,
})

const bucketShape = z.object({
  kind: z.literal('s3-bucket'),
  schemaVersion: z.literal(1),
  name: z.string(),
  created: instant,
  /** `never`: no version was ever kept, so only the version `null` can exist. */
  versioning: z.enum(['never', 'enabled', 'suspended']),
})

const uploadShape = z.object({
  kind: z.literal('s3-upload'),
  schemaVersion: z.literal(1),
  bucket: z.string(),
  key: z.string(),
  initiated: instant,
  checksumAlgorithm: z.enum(CHECKSUM_ALGORITHMS).nullable(),
  checksumType: z.enum(['FULL_OBJECT', 'COMPOSITE']),
  attributes: attributesShape,
})

const partShape = z.object({
  kind: z.literal('s3-part'),
  schemaVersion: z.literal(1),
  partNumber: z.int().min(1).max(10_000),
  sizeBytes: z.int().nonnegative(),
  etag: z.string(),
  lastModified: instant,
  checksum: checksumShape.nullable(),
})

/** The checksum recorded when an object was stored. */
export type ObjectChecksum = z.infer<typeof checksumShape>
/** What a writer said of an object: type, headers, metadata. */
export type ObjectAttributes = z.infer<typeof attributesShape>
/** The record of one version; `lastModified` in ms since 1970 (history time), whole seconds. */
export type ObjectRecord = z.infer<typeof objectShape>
/** The record of a bucket. */
export type BucketRecord = z.infer<typeof bucketShape>
/** The record of a multipart upload under way. */
export type UploadRecord = z.infer<typeof uploadShape>
/** The record of one of its parts. */
export type PartRecord = z.infer<typeof partShape>

/** Attributes of an object whose writer said nothing. */
export const PLAIN_ATTRIBUTES: ObjectAttributes = {
  contentType: 'application/octet-stream',
  headers: {},
  metadata: {},
}

function reader<T>(shape: z.ZodType<T>) {
  return function* (path: string): Task<T | null> {
    const bytes = yield* readWhole(path)
    if (bytes === null) return null
    let parsed: unknown
    try {
      parsed = JSON.parse(utf8Decode(bytes))
    } catch (cause) {
      throw new OperatingError('input-invalid', `${path} is damaged: no JSON`, { subject: path, cause })
    }
    const version = (parsed as { schemaVersion?: unknown } | null)?.schemaVersion
    if (typeof version === 'number' && version > 1) {
      throw new OperatingError('input-too-new', `${path} was written by a newer release`, { subject: path })
    }
    const result = shape.safeParse(parsed)
    if (result.success) return result.data
    throw new OperatingError('input-invalid', `${path} is damaged: ${z.prettifyError(result.error)}`, {
      subject: path,
    })
  }
}

function* readWhole(path: string): Task<Uint8Array | null> {
  try {
    const bytes = yield* FileSystem.read({ path, offset: 0, length: RECORD_BYTES_MAX })
    return bytes.length === RECORD_BYTES_MAX ? new Uint8Array(0) : bytes
  } catch (error) {
    if (error instanceof OperatingError && error.code === 'file-missing') return null
    throw error
  }
}

/** Each reads one record; null when absent. @throws input-invalid, input-too-new */
export const readObjectRecord = reader(objectShape)
/** See `readObjectRecord`. */
export const readBucketRecord = reader(bucketShape)
/** See `readObjectRecord`. */
export const readUploadRecord = reader(uploadShape)
/** See `readObjectRecord`. */
export const readPartRecord = reader(partShape)

/** The bytes of a record: JSON with instants in RFC 3339. */
export function recordBytes(record: ObjectRecord | BucketRecord | UploadRecord | PartRecord): Uint8Array {
  const instants = new Set(['lastModified', 'created', 'initiated'])
  const text = JSON.stringify(
    record,
    (name, value) =>
      instants.has(name) && typeof value === 'number' ? new Date(value).toISOString() : value,
    2,
  )
  return utf8Encode(`${text}\n`)
}
