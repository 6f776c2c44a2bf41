import { z } from 'zod'
import { all, type Task } from '../../effects/index.ts'
import { Clock, FileSystem, Log, ObjectStore, Random } from '../../ports/index.ts'
import { type ActionContext, defineAction, type Resource } from '../define-action.ts'
import { fetchFile } from '../support/fetch.ts'
import { below, ensureDirectory } from '../support/files.ts'
import { patienceOf } from '../support/patience.ts'
import { absolutePath, bytes, milliseconds, name, sha256Hex } from '../support/schemas.ts'
import { wantedSegment } from './wanted-log.ts'

const input = z.strictObject({
  store: name,
  segments: z.array(wantedSegment),
  into: absolutePath,
  patienceMs: milliseconds,
  parallel: z.number().int().min(1).max(64).default(8),
})
type Input = z.infer<typeof input>

const output = z.object({
  files: z.array(z.object({ fileName: z.string(), at: absolutePath, sha256: sha256Hex, sizeBytes: bytes })),
  /** Segments that no good copy was found of, with a reason per copy. */
  missing: z.array(z.object({ fileName: z.string(), tried: z.array(z.string()) })),
  bytes,
})
type Output = z.infer<typeof output>

/** Downloads each wanted segment from the first copy that is what its record says (D31, D34, D40). Decides nothing about gaps. */
export const fetchLog = defineAction<Input, Output>({
  kind: 'fetch-log',
  summary: 'Downloads the log segments, each from its first good copy.',
  input: input as z.ZodType<Input>,
  output,
  effects: ({ store, into, segments }) => ({
    reads: [`store:${store}`, ...heldHere(segments)],
    writes: [`path:${into}`],
    destroys: [],
    exposes: [],
  }),
  capabilities: { required: [], optional: [] },
  ports: [ObjectStore.$id, FileSystem.$id, Clock.$id, Log.$id, Random.$id],
  traits: ['fetches', 'falls-back'],
  estimate: () => ({ bestMs: 120_000, likelyMs: 600_000, worstMs: 900_000 }),
  run: fetchSegments,
})

/** Copies that lie on this host already: log files that came with the backup. */
const heldHere = (segments: Input['segments']): readonly Resource[] =>
  segments.flatMap(({ copies }) =>
    copies.flatMap((copy) => (copy.kind === 'file' ? [`path:${copy.path}` as const] : [])),
  )

function* fetchSegments(given: Input, context: ActionContext): Task<Output> {
  yield* ensureDirectory(given.into, 0o700)
  const results = yield* all(
    given.segments.map(
      (segment) => () =>
        fetchFile(
          below(given.into, segment.fileName),
          segment,
          segment.copies,
          patienceOf(given.patienceMs),
          context.checksums,
        ),
    ),
    given.parallel,
  )
  yield* FileSystem.syncDirectory({ path: given.into })
  const files: Output['files'] = []
  const missing: Output['missing'] = []
  given.segments.forEach((segment, index) => {
    const got = results[index]
    if (got?.ok === true && got.sha256 !== null && got.sizeBytes !== null) {
      files.push({ fileName: segment.fileName, at: got.path, sha256: got.sha256, sizeBytes: got.sizeBytes })
    } else {
      const tried = [...(segment.lost === null ? [] : [segment.lost]), ...(got?.tried ?? [])]
      missing.push({ fileName: segment.fileName, tried })
    }
  })
  return { files, missing, bytes: files.reduce((sum, file) => sum + file.sizeBytes, 0) }
}
