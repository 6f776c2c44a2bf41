import { z } from 'zod'
import type { Task } from '../../effects/index.ts'
import { FileSystem } from '../../ports/index.ts'
import { utf8Decode, utf8Encode } from '../../text/utf8.ts'
import { defineAction } from '../define-action.ts'
import { ensureDirectory, parentOf, replaceFile } from '../support/files.ts'
import { absolutePath, mode } from '../support/schemas.ts'

const variable = z.string().regex(/^[A-Z_][A-Z0-9_]*$/, 'an environment variable name')
const value = z
  .string()
  .max(4096)
  .regex(/^[^\n\r\0"\\$`]*$/, 'a value without quotes, backslashes, dollars or line ends')

const input = z.strictObject({
  path: absolutePath,
  mode,
  /** Variables that this step owns; every other line of an existing file stays as it is (D48). */
  set: z.record(variable, value),
  /** Variables that get an identifier of this run, by its number of hex digits; the same in a retry and after resume. */
  identifiers: z.record(variable, z.number().int().min(8).max(64)).default({}),
})
type Input = z.infer<typeof input>
const output = z.object({ path: z.string(), changed: z.array(z.string()), kept: z.number().int() })
type Output = z.infer<typeof output>

const CONFIG_BYTES_MAX = 256 * 1024

/** Sets variables in an environment file, keeping what else it says, durably and atomically (D48, D49). */
export const writeConfig = defineAction<Input, Output>({
  kind: 'write-config',
  summary: 'Sets variables in the service environment file and keeps its other lines.',
  input: input as z.ZodType<Input>,
  output,
  effects: ({ path }) => ({ reads: [`path:${path}`], writes: [`path:${path}`], destroys: [], exposes: [] }),
  capabilities: { required: [], optional: [] },
  ports: [FileSystem.$id],
  traits: ['configures'],
  estimate: () => ({ bestMs: 100, likelyMs: 500, worstMs: 5_000 }),
  run: (given, context) => write(given, context.idempotencyKey),
})

function* write(given: Input, key: string): Task<Output> {
  const identifiers = Object.entries(given.identifiers).map(([name, digits]) => [name, key.slice(0, digits)])
  const wanted: Record<string, string> = { ...given.set, ...Object.fromEntries(identifiers) }
  yield* ensureDirectory(parentOf(given.path), 0o755)
  const stat = yield* FileSystem.stat({ path: given.path })
  const before =
    stat === null
      ? ''
      : utf8Decode(yield* FileSystem.read({ path: given.path, offset: 0, length: CONFIG_BYTES_MAX }))
  const owned = new Set(Object.keys(wanted))
  const kept = before.split('\n').filter((line) => line !== '' && !owned.has(line.split('=', 1)[0] ?? ''))
  const lines = Object.entries(wanted).map(([name, text]) => `${name}=${text}`)
  const after = `${[...kept, ...lines].join('\n')}\n`
  const beforeLines = new Set(before.split('\n'))
  if (after !== before) yield* replaceFile(given.path, utf8Encode(after), given.mode)
  else if (stat !== null && stat.mode !== given.mode)
    yield* FileSystem.setMode({ path: given.path, mode: given.mode })
  return {
    path: given.path,
    changed: lines.filter((line) => !beforeLines.has(line)).map((line) => line.split('=', 1)[0] ?? ''),
    kept: kept.length,
  }
}
