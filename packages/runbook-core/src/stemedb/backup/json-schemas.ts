import { z } from 'zod'
import { jsonSchemaOf } from '../../runbook/json-schema.ts'
import type { Json } from '../../text/json.ts'
import type { Expected } from './document.ts'
import { MANIFEST_DOCUMENT } from './manifest.ts'
import { METADATA_DOCUMENT } from './metadata.ts'
import { SIDECAR_DOCUMENT } from './sidecar.ts'

/** JSON Schema of a backup's manifest: the payload of its envelope (docs/formats-backup.md). */
export const manifestJsonSchema = (): Json => schemaOf(MANIFEST_DOCUMENT, 'Manifest of a backup')

/** JSON Schema of `backup-metadata.json`. */
export const metadataJsonSchema = (): Json => schemaOf(METADATA_DOCUMENT, 'Metadata of a backup')

/** JSON Schema of the sidecar of an archived segment: the payload of its envelope. */
export const sidecarJsonSchema = (): Json => schemaOf(SIDECAR_DOCUMENT, 'Sidecar of an archived segment')

function schemaOf<T>({ kind, schema }: Expected<T>, title: string): Json {
  const head = z.object({ kind: z.literal(kind), schemaVersion: z.int().positive() })
  return jsonSchemaOf(z.intersection(head, schema), title)
}
