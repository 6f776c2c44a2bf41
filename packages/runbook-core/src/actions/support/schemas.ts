import { z } from 'zod'

/** An absolute path inside the target's root, without dot segments. */
export const absolutePath = z
  .string()
  .max(4096)
  .regex(/^(\/[^/\0]+)+$/, 'an absolute path such as /var/lib/service')
  .refine((path) => !path.split('/').some((part) => part === '.' || part === '..'), 'no dot segments')

/** A SHA-256 as lower-case hex. */
export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hex digits')

/** A duration, ms. */
export const milliseconds = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
/** A size, bytes. */
export const bytes = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)

/** Octal permission bits as text: `"0640"`. Never executable data, never for others (checked where it matters). */
export const mode = z
  .string()
  .regex(/^0[0-7]{3}$/, 'four octal digits such as "0640"')
  .transform((text) => Number.parseInt(text, 8))

/** Name of a service or timer, with its suffix. */
export const unitName = z.string().regex(/^[a-z0-9@._-]+\.(service|timer)$/, 'a unit name with its suffix')

/** Any short name: of a store, an endpoint, an account. */
export const name = z.string().min(1).max(255)

/** Owner and modes of placed data. */
export const protection = z.object({ owner: name, group: name, directoryMode: mode, fileMode: mode })

/** One file of a backup, as its manifest declares it. */
export const backupFile = z.object({
  path: z.string(),
  key: z.string(),
  role: z.enum(['log', 'data', 'metadata']),
  sizeBytes: bytes,
  sha256: sha256Hex,
})

/** How an authenticity check ended. */
export const signatureStatus = z.enum(['valid', 'invalid', 'absent', 'unchecked'])

/** Where a history comes from; see `Lineage`. */
export const lineage = z.object({ parentHistory: z.string().nullable(), forkPosition: z.string() })

/** What a usable backup says of itself; see `BackupDescription`. */
export const backupDescription = z.object({
  name: z.string(),
  history: z.string(),
  lineage: lineage.nullable().default(null),
  engineVersion: z.string(),
  formatVersion: z.number().int(),
  startPosition: z.string(),
  stopPosition: z.string(),
  startedAt: z.number().int(),
  stoppedAt: z.number().int(),
  recordCount: z.number().int(),
  totalBytes: bytes,
  files: z.array(backupFile),
  signature: signatureStatus,
})

/** A reason why something was not used. */
export const refusal = z.object({ name: z.string(), reason: z.string(), detail: z.string() })
