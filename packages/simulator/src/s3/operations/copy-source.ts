import { FileSystem, type Task } from '@dr-drill/runbook-core'
import { S3Error } from '../errors/index.ts'
import { checkRead } from '../wire/conditions.ts'
import type { ByteRange } from '../wire/range.ts'
import { parseQuery, uriDecode } from '../wire/uri.ts'
import type { ServiceContext } from './context.ts'
import { type OpenObject, openObject } from './open-object.ts'
import type { StagedBytes } from './receive.ts'

/** Bytes copied per step. */
const STEP_BYTES = 1024 * 1024

/** What a copy copies. */
export interface CopySource {
  readonly bucket: string
  readonly key: string
  /** Null: the newest. */
  readonly versionId: string | null
}

/** The bucket, key and version that `x-amz-copy-source` names. @throws InvalidArgument */
export function copySource(header: string): CopySource {
  const [path = '', query = ''] = header.split('?', 2)
  const match = /^\/?([^/]+)\/(.+)$/s.exec(uriDecode(path))
  if (match === null) {
    throw new S3Error(
      'InvalidArgument',
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    )
  }
  const versionId = new Map(parseQuery(query)).get('versionId') ?? null
  return { bucket: match[1] as string, key: match[2] as string, versionId }
}

/** Opens the source if its conditions hold; the caller must release it. */
export function openSource(
  context: ServiceContext,
  source: CopySource,
  headers: ReadonlyMap<string, string>,
): Task<OpenObject> {
  return openObject(context, source.bucket, source.key, source.versionId, {
    check: (record) => checkRead(headers, record, 'x-amz-copy-source-'),
  })
}

/** Appends a stretch of an object to staged bytes. */
export function* copyRange(source: OpenObject, range: ByteRange, bytes: StagedBytes): Task<void> {
  const end = range.offset + range.sizeBytes
  for (let offset = range.offset; offset < end; ) {
    const length = Math.min(STEP_BYTES, end - offset)
    const piece = yield* FileSystem.read({ path: source.path, offset, length })
    if (piece.length === 0) return
    yield* bytes.append(piece)
    offset += piece.length
  }
}
