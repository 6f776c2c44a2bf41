import { FileSystem, hexDecode, type Task, uninterrupted } from '@dr-drill/runbook-core'
import { base64Decode } from '../digests/base64.ts'
import { RunningChecksum } from '../digests/running-checksum.ts'
import { S3Error } from '../errors/index.ts'
import type { ObjectChecksum, PartRecord, UploadRecord } from '../storage/records.ts'
import type { StagedFile } from '../storage/staged-file.ts'
import type { ServiceContext } from './context.ts'

/** Bytes copied per step. */
const STEP_BYTES = 1024 * 1024

/** Parts as one file, synced; the caller moves or discards it. */
export interface JoinedParts {
  readonly staged: StagedFile
  /** MD5 of the parts' MD5s, with their number: no digest of the bytes. */
  readonly etag: string
  readonly checksum: ObjectChecksum
}

/** Copies parts one after the other into one staged file and checks each against its record on the way. */
export function* joinParts(
  context: ServiceContext,
  uploadId: string,
  upload: UploadRecord,
  parts: readonly PartRecord[],
): Task<JoinedParts> {
  const algorithm = upload.checksumAlgorithm ?? 'CRC64NVME'
  const whole = new RunningChecksum(context.digests, algorithm)
  const staged = yield* context.storage.staging.begin()
  let done = false
  try {
    for (const part of parts) yield* appendPart(context, uploadId, part, staged, whole)
    yield* staged.seal()
    done = true
    const checksum: ObjectChecksum =
      upload.checksumType === 'COMPOSITE'
        ? { algorithm, type: 'COMPOSITE', value: compositeOf(context, algorithm, parts) }
        : { algorithm, type: 'FULL_OBJECT', value: whole.base64() }
    return { staged, etag: compositeEtag(context, parts), checksum }
  } finally {
    if (!done) yield* uninterrupted(() => staged.discard())
  }
}

function* appendPart(
  context: ServiceContext,
  uploadId: string,
  part: PartRecord,
  staged: StagedFile,
  whole: RunningChecksum,
): Task<void> {
  const path = context.storage.uploads.partPath(uploadId, part.partNumber)
  const check = part.checksum === null ? null : new RunningChecksum(context.digests, part.checksum.algorithm)
  for (let offset = 0; offset < part.sizeBytes; ) {
    const piece = yield* FileSystem.read({ path, offset, length: STEP_BYTES })
    if (piece.length === 0) break
    whole.update(piece)
    check?.update(piece)
    yield* staged.append(piece)
    offset += piece.length
  }
  if (check !== null && check.base64() !== part.checksum?.value) {
    throw new S3Error('InternalError', `Part ${part.partNumber} was damaged on the disk.`)
  }
}

function compositeEtag(context: ServiceContext, parts: readonly PartRecord[]): string {
  const md5 = context.digests.md5()
  for (const part of parts) md5.update(hexDecode(part.etag) ?? new Uint8Array(0))
  return `${md5.hex()}-${parts.length}`
}

function compositeOf(
  context: ServiceContext,
  algorithm: ObjectChecksum['algorithm'],
  parts: readonly PartRecord[],
): string {
  const composite = new RunningChecksum(context.digests, algorithm)
  for (const part of parts) composite.update(base64Decode(part.checksum?.value ?? '') ?? new Uint8Array(0))
  return `${composite.base64()}-${parts.length}`
}
