import { z } from 'zod'
import type { Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import type { BackupFormat } from '../../formats/index.ts'
import { FileSystem } from '../../ports/index.ts'
import { type ActionContext, type ActionDefinition, defineAction } from '../define-action.ts'
import { digestFile } from '../support/files.ts'
import { absolutePath, backupDescription, backupFile, bytes, sha256Hex } from '../support/schemas.ts'

const input = z.strictObject({
  backup: backupDescription,
  files: z.array(backupFile.extend({ at: absolutePath })).min(1),
  /** Further files to be placed, by the digest recorded when they arrived. */
  alsoFiles: z.array(z.object({ at: absolutePath, sha256: sha256Hex, sizeBytes: bytes })).default([]),
})
type Input = z.infer<typeof input>

const output = z.object({ filesVerified: z.number().int(), bytesVerified: bytes })
type Output = z.infer<typeof output>

/**
 * Reads every fetched byte back from the disk it will be used on and compares it with manifest and sidecars, then has the format
 * check its own structure. The gate between fetching and placing (D27, D43, D44, D103).
 */
export function verifyBackup(format: BackupFormat): ActionDefinition<Input, Output> {
  return defineAction<Input, Output>({
    kind: 'verify-backup',
    summary: 'Reads every fetched byte back from disk and compares it with what was recorded at backup.',
    input: input as z.ZodType<Input>,
    output,
    effects: (given) => ({
      reads: [...given.files, ...given.alsoFiles].map((one) => `path:${one.at}` as const),
      writes: [],
      destroys: [],
      exposes: [],
    }),
    capabilities: { required: [], optional: [] },
    ports: [FileSystem.$id],
    traits: ['verifies'],
    estimate: () => ({ bestMs: 60_000, likelyMs: 300_000, worstMs: 900_000 }),
    run: (given, context) => verify(format, given, context),
  })
}

function* verify(format: BackupFormat, given: Input, context: ActionContext): Task<Output> {
  let bytesVerified = 0
  for (const file of [...given.files, ...given.alsoFiles]) {
    const found = yield* digestFile(file.at, context.checksums)
    if (found.sha256 !== file.sha256 || found.sizeBytes !== file.sizeBytes) {
      const message = `${file.at} is not what was recorded: it changed on this disk`
      throw new OperatingError('copy-spoilt', message, { subject: file.at })
    }
    bytesVerified += found.sizeBytes
  }
  const [first] = given.files
  const root = first === undefined ? '/' : first.at.slice(0, first.at.length - first.path.length - 1)
  const problems = yield* format.verify({ description: { ...given.backup, files: given.files }, root })
  const [problem] = problems
  if (problem !== undefined) {
    throw new OperatingError('object-corrupt', `${problem.path}: ${problem.problem}: ${problem.detail}`, {
      subject: problem.path,
      retryable: false,
    })
  }
  return { filesVerified: given.files.length + given.alsoFiles.length, bytesVerified }
}
