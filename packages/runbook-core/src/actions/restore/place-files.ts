import { z } from 'zod'
import type { Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { FileSystem } from '../../ports/index.ts'
import { type ActionContext, defineAction } from '../define-action.ts'
import { below, digestFile, ensureDirectory, holds, removeTree } from '../support/files.ts'
import { protect } from '../support/protect.ts'
import { absolutePath, bytes, protection, sha256Hex } from '../support/schemas.ts'

const placement = z.object({
  /** Directory they belong in; it must hold nothing else (D37). */
  directory: absolutePath,
  files: z.array(z.object({ at: absolutePath, fileName: z.string(), sha256: sha256Hex, sizeBytes: bytes })),
})

const input = z.strictObject({
  placements: z.array(placement).min(1),
  protection,
  /** Removed when all is placed: what was fetched and not needed. */
  incoming: absolutePath,
})
type Input = z.infer<typeof input>

const output = z.object({ files: z.number().int(), bytes, mended: z.array(z.string()) })
type Output = z.infer<typeof output>

/**
 * Renames verified files into their place on the same device, with exact owner and modes, each checked once more and durable before
 * the step ends (D37-D43). Refuses a directory that holds anything else. Run again after a crash it goes on where it stopped.
 */
export const placeFiles = defineAction<Input, Output>({
  kind: 'place-files',
  summary: 'Moves verified files into place, durable, with exact owner and modes.',
  input: input as z.ZodType<Input>,
  output,
  effects: (given) => ({
    reads: [`path:${given.incoming}`],
    writes: given.placements.map((one) => `path:${one.directory}` as const),
    // Copies of what the store still holds; nothing else lies there.
    destroys: [`path:${given.incoming}`],
    exposes: [],
  }),
  capabilities: { required: [], optional: ['chown'] },
  ports: [FileSystem.$id],
  traits: ['places'],
  estimate: () => ({ bestMs: 1_000, likelyMs: 10_000, worstMs: 60_000 }),
  run: place,
})

/** What is removed at the end holds nothing but what is placed from it, and no file is placed over another. */
function refuseUnsafe({ placements, incoming }: Input): void {
  const isBelow = (path: string, directory: string): boolean => path.startsWith(`${directory}/`)
  for (const { directory, files } of placements) {
    const outside = files.find((file) => !isBelow(file.at, incoming))
    const names = new Set<string>()
    const twice = files.find(({ fileName }) => names.size === names.add(fileName).size)
    const problem =
      directory === incoming || isBelow(directory, incoming)
        ? `${directory} lies in ${incoming}, which is removed afterwards`
        : outside !== undefined
          ? `${outside.at} does not lie in ${incoming}`
          : twice !== undefined
            ? `two files would be ${directory}/${twice.fileName}`
            : null
    if (problem !== null) throw new OperatingError('input-invalid', problem, { subject: incoming })
  }
}

function* place(given: Input, context: ActionContext): Task<Output> {
  refuseUnsafe(given)
  const mended: string[] = []
  let files = 0
  let total = 0
  for (const { directory, files: wanted } of given.placements) {
    yield* ensureDirectory(directory, given.protection.directoryMode)
    yield* refuseStrangers(directory, new Set(wanted.map((file) => file.fileName)))
    for (const file of wanted) {
      yield* placeOne(below(directory, file.fileName), file, given, context)
      files += 1
      total += file.sizeBytes
    }
    yield* FileSystem.syncDirectory({ path: directory })
    mended.push(...(yield* protect([directory], given.protection, context)))
  }
  yield* removeTree(given.incoming)
  return { files, bytes: total, mended }
}

function* placeOne(
  to: string,
  file: { readonly at: string; readonly sha256: string; readonly sizeBytes: number },
  given: Input,
  context: ActionContext,
): Task<void> {
  const waiting = yield* FileSystem.stat({ path: file.at })
  if (waiting === null) {
    if (yield* holds(to, file, context.checksums)) return
    throw new OperatingError('file-missing', `${file.at} is gone and ${to} is not it`, { subject: file.at })
  }
  const found = yield* digestFile(file.at, context.checksums)
  if (found.sha256 !== file.sha256) {
    throw new OperatingError('copy-spoilt', `${file.at} changed since it was verified`, { subject: file.at })
  }
  if (context.capabilities.has('chown')) {
    yield* FileSystem.setOwner({
      path: file.at,
      owner: given.protection.owner,
      group: given.protection.group,
    })
  }
  yield* FileSystem.setMode({ path: file.at, mode: given.protection.fileMode })
  yield* FileSystem.sync({ path: file.at })
  yield* FileSystem.rename({ from: file.at, to })
}

function* refuseStrangers(directory: string, expected: ReadonlySet<string>): Task<void> {
  for (const entry of yield* FileSystem.list({ path: directory })) {
    if (expected.has(entry.name)) continue
    throw new OperatingError('data-in-the-way', `${directory}/${entry.name} was not placed by this run`, {
      subject: directory,
      hint: `Move ${directory} aside (it may hold the only copy of something), then run again.`,
    })
  }
}
