import { type Task, utf8Decode } from '@dr-drill/runbook-core'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { z } from 'zod'
import { S3Error } from '../errors/index.ts'
import type { S3Body } from './request.ts'

/** S3's own bound for the documents that clients send: 1000 keys, 10,000 parts. */
export const XML_BYTES_MAX = 2 * 1024 * 1024

const REPEATED = new Set(['Delete.Object', 'CompleteMultipartUpload.Part'])

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
  maxNestedTags: 8,
  // References to characters only: declarations of entities are refused before the parser sees them.
  processEntities: {
    enabled: true,
    maxTotalExpansions: XML_BYTES_MAX,
    maxExpandedLength: XML_BYTES_MAX,
    maxEntityCount: 1,
  },
  isArray: (_name, path) => REPEATED.has(String(path)),
})

/** A whole body that must be small. @throws MalformedXML when it is larger than `sizeBytesMax` */
export function* readSmallBody(body: S3Body, sizeBytesMax: number = XML_BYTES_MAX): Task<Uint8Array> {
  const pieces: Uint8Array[] = []
  let sizeBytes = 0
  for (let piece = yield* body.read(); piece !== null; piece = yield* body.read()) {
    sizeBytes += piece.length
    if (sizeBytes > sizeBytesMax) throw new S3Error('MalformedXML', 'The document is too large.')
    pieces.push(piece)
  }
  const whole = new Uint8Array(sizeBytes)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

/** A document checked against a shape. @throws MalformedXML for whatever else it is */
export function parseXml<T>(bytes: Uint8Array, shape: z.ZodType<T>): T {
  try {
    const text = utf8Decode(bytes)
    // Neither S3 nor its clients know document types; they are a way to make small documents large.
    if (/<!(DOCTYPE|ENTITY)/i.test(text) || XMLValidator.validate(text) !== true)
      throw new S3Error('MalformedXML')
    return shape.parse(parser.parse(text))
  } catch {
    throw new S3Error('MalformedXML')
  }
}

const flag = z
  .enum(['true', 'false', 'TRUE', 'FALSE'])
  .optional()
  .transform((text) => text?.toLowerCase() === 'true')

/** The body of DeleteObjects. */
export const deleteShape = z.object({
  Delete: z.object({
    Object: z
      .array(
        z.object({ Key: z.string().min(1), VersionId: z.string().optional(), ETag: z.string().optional() }),
      )
      .min(1)
      .max(1000),
    Quiet: flag,
  }),
})

const checksumText = z.string().optional()

/** The body of CompleteMultipartUpload. */
export const completeShape = z.object({
  CompleteMultipartUpload: z.object({
    Part: z
      .array(
        z.object({
          PartNumber: z
            .string()
            .regex(/^\d{1,5}$/)
            .transform(Number),
          ETag: z.string(),
          ChecksumCRC32: checksumText,
          ChecksumCRC32C: checksumText,
          ChecksumCRC64NVME: checksumText,
          ChecksumSHA1: checksumText,
          ChecksumSHA256: checksumText,
        }),
      )
      .min(1)
      .max(10_000),
  }),
})

/** The body of PutBucketVersioning. */
export const versioningShape = z.object({
  VersioningConfiguration: z.object({
    Status: z.enum(['Enabled', 'Suspended']),
    MfaDelete: z.string().optional(),
  }),
})
