import type { S3Client } from '@aws-sdk/client-s3'
import {
  compareUtf8,
  type ObjectListing,
  type ObjectStoreContract,
  type ObjectVersion,
  OperatingError,
} from '@dr-drill/runbook-core'
import { decodedKey, relativeKey } from './keys.ts'
import type { StoreLocation } from './location.ts'

type ListInput = Parameters<ObjectStoreContract['list']>[0]
type VersionsInput = Parameters<ObjectStoreContract['versions']>[0]
type Versions = ReturnType<ObjectStoreContract['versions']>

/** One page of a listing. Keys are asked for URL-encoded: XML cannot carry every key. */
export async function listObjects(
  client: S3Client,
  location: StoreLocation,
  input: ListInput,
  signal: AbortSignal,
): Promise<ObjectListing> {
  const { ListObjectsV2Command } = await import('@aws-sdk/client-s3')
  const page = await client.send(
    new ListObjectsV2Command({
      Bucket: location.bucket,
      Prefix: location.prefix + input.prefix,
      EncodingType: 'url',
      ...(input.delimiter === undefined ? {} : { Delimiter: input.delimiter }),
      ...(input.cursor === undefined ? {} : { ContinuationToken: input.cursor }),
      ...(input.startAfter === undefined ? {} : { StartAfter: location.prefix + input.startAfter }),
      ...(input.limit === undefined ? {} : { MaxKeys: input.limit }),
    }),
    { abortSignal: signal },
  )
  const keyOf = (key: string | undefined): string =>
    relativeKey(decodedKey(key ?? '', page.EncodingType), location.prefix)
  return {
    objects: (page.Contents ?? []).map((object) => ({
      key: keyOf(object.Key),
      sizeBytes: object.Size ?? 0,
      etag: object.ETag ?? '',
      lastModifiedAt: object.LastModified?.getTime() ?? 0,
    })),
    prefixes: (page.CommonPrefixes ?? []).map((entry) => keyOf(entry.Prefix)),
    cursor: nextCursor(page.IsTruncated, page.NextContinuationToken, input.cursor, input.store),
  }
}

function nextCursor(
  truncated: boolean | undefined,
  next: string | undefined,
  given: string | undefined,
  store: string,
): string | null {
  if (truncated !== true) return null
  if (next !== undefined && next !== given) return next
  // A listing that neither ends nor moves would be read for ever.
  throw new OperatingError('response-invalid', `${store}: the listing is truncated but does not go on`, {
    subject: store,
  })
}

/** One page of all versions and delete markers; the cursor is the pair of markers. */
export async function listVersions(
  client: S3Client,
  location: StoreLocation,
  input: VersionsInput,
  signal: AbortSignal,
): Promise<Versions> {
  const { ListObjectVersionsCommand } = await import('@aws-sdk/client-s3')
  const [keyMarker, versionIdMarker] =
    input.cursor === undefined ? [] : (JSON.parse(input.cursor) as [string, string])
  const page = await client.send(
    new ListObjectVersionsCommand({
      Bucket: location.bucket,
      Prefix: location.prefix + input.prefix,
      EncodingType: 'url',
      ...(keyMarker === undefined ? {} : { KeyMarker: keyMarker }),
      ...(versionIdMarker === undefined || versionIdMarker === ''
        ? {}
        : { VersionIdMarker: versionIdMarker }),
    }),
    { abortSignal: signal },
  )
  const found: ObjectVersion[] = []
  const add = (entry: Entry, isDeleteMarker: boolean): void => {
    found.push({
      key: relativeKey(decodedKey(entry.Key ?? '', page.EncodingType), location.prefix),
      versionId: entry.VersionId ?? 'null',
      isLatest: entry.IsLatest ?? true,
      isDeleteMarker,
      sizeBytes: entry.Size ?? 0,
      lastModifiedAt: entry.LastModified?.getTime() ?? 0,
    })
  }
  for (const version of page.Versions ?? []) add(version, false)
  for (const marker of page.DeleteMarkers ?? []) add(marker, true)
  const next =
    page.NextKeyMarker === undefined ? undefined : decodedKey(page.NextKeyMarker, page.EncodingType)
  const pair = next === undefined ? undefined : JSON.stringify([next, page.NextVersionIdMarker ?? ''])
  return {
    versions: found.sort(newestFirstPerKey),
    cursor: nextCursor(page.IsTruncated, pair, input.cursor, input.store),
  }
}

interface Entry {
  readonly Key?: string | undefined
  readonly VersionId?: string | undefined
  readonly IsLatest?: boolean | undefined
  readonly Size?: number | undefined
  readonly LastModified?: Date | undefined
}

function newestFirstPerKey(a: ObjectVersion, b: ObjectVersion): number {
  return (
    compareUtf8(a.key, b.key) ||
    Number(b.isLatest) - Number(a.isLatest) ||
    b.lastModifiedAt - a.lastModifiedAt
  )
}
