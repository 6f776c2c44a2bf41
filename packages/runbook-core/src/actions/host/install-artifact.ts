import { z } from 'zod'
import type { Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { Clock, FileSystem, Log, ObjectStore, Random } from '../../ports/index.ts'
import { type ActionContext, defineAction } from '../define-action.ts'
import { fetchFile } from '../support/fetch.ts'
import { ensureDirectory, holds, parentOf, temporaryOf } from '../support/files.ts'
import { patienceOf } from '../support/patience.ts'
import { absolutePath, bytes, milliseconds, mode, name, sha256Hex } from '../support/schemas.ts'

const input = z.strictObject({
  store: name,
  key: z.string().min(1).max(1024),
  /** The pin: from the runbook or a signed manifest, never from beside the artefact. */
  sha256: sha256Hex,
  sizeBytes: bytes,
  path: absolutePath,
  mode,
  owner: name,
  group: name,
  patienceMs: milliseconds,
})
type Input = z.infer<typeof input>
const output = z.object({ path: z.string(), sha256: z.string(), alreadyThere: z.boolean() })
type Output = z.infer<typeof output>

/** Installs the engine that wrote the data, by digest; no compiler, no checkout, no network but the store (D13, D45, D53, D92). */
export const installArtifact = defineAction<Input, Output>({
  kind: 'install-artifact',
  summary: 'Installs the pinned engine artefact after comparing its digest.',
  input: input as z.ZodType<Input>,
  output,
  effects: ({ store, path }) => ({
    reads: [`store:${store}`],
    writes: [`path:${path}`, `path:${temporaryOf(path)}`],
    destroys: [],
    exposes: [],
  }),
  capabilities: { required: [], optional: ['chown'] },
  ports: [ObjectStore.$id, FileSystem.$id, Clock.$id, Log.$id, Random.$id],
  traits: ['installs', 'pins-digest'],
  estimate: () => ({ bestMs: 1_000, likelyMs: 10_000, worstMs: 120_000 }),
  run: install,
})

function* install(given: Input, context: ActionContext): Task<Output> {
  if (yield* holds(given.path, given, context.checksums)) {
    yield* secure(given.path, given, context)
    return { path: given.path, sha256: given.sha256, alreadyThere: true }
  }
  yield* ensureDirectory(parentOf(given.path), 0o755)
  const temporary = temporaryOf(given.path)
  const copies = [{ kind: 'object' as const, store: given.store, key: given.key }]
  const got = yield* fetchFile(temporary, given, copies, patienceOf(given.patienceMs), context.checksums)
  if (!got.ok) {
    throw new OperatingError(
      'artifact-mismatch',
      `no copy of ${given.key} has the pinned digest: ${got.tried.join('; ')}`,
      {
        subject: given.key,
      },
    )
  }
  yield* secure(temporary, given, context)
  if (!(yield* holds(temporary, given, context.checksums))) {
    throw new OperatingError('copy-spoilt', `${temporary} is not what was fetched: it changed on this disk`, {
      subject: temporary,
    })
  }
  yield* FileSystem.rename({ from: temporary, to: given.path })
  yield* FileSystem.syncDirectory({ path: parentOf(given.path) })
  return { path: given.path, sha256: given.sha256, alreadyThere: false }
}

function* secure(path: string, given: Input, context: ActionContext): Task<void> {
  if (context.capabilities.has('chown'))
    yield* FileSystem.setOwner({ path, owner: given.owner, group: given.group })
  yield* FileSystem.setMode({ path, mode: given.mode })
  yield* FileSystem.sync({ path })
}
