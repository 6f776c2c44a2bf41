import { z } from 'zod'
import type { Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { FileSystem } from '../../ports/index.ts'
import { utf8Decode, utf8Encode } from '../../text/utf8.ts'
import { defineAction } from '../define-action.ts'
import { ensureDirectory, parentOf, replaceFile, temporaryOf } from '../support/files.ts'
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

/** Larger than any environment file that a person wrote. */
const CONFIG_BYTES_MAX = 256 * 1024

/** Sets variables in an environment file, keeping what else it says, durably and atomically (D48, D49). */
export const writeConfig = defineAction<Input, Output>({
  kind: 'write-config',
  summary: 'Sets variables in the service environment file and keeps its other lines.',
  input: input as z.ZodType<Input>,
  output,
  effects: ({ path }) => ({
    reads: [`path:${path}`],
    writes: [`path:${path}`, `path:${temporaryOf(path)}`],
    destroys: [],
    exposes: [],
  }),
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
  const found = yield* readExisting(given.path)
  const before = found?.text ?? ''
  const old = before.split('\n')
  if (old.at(-1) === '') old.pop()
  const kept = old.filter((line) => !Object.hasOwn(wanted, nameOf(line)))
  const lines = Object.entries(wanted).map(([name, text]) => `${name}=${text}`)
  const after = `${[...kept, ...lines].join('\n')}\n`
  if (after !== before) yield* replaceFile(given.path, utf8Encode(after), given.mode)
  else if (found?.mode !== given.mode) {
    yield* FileSystem.setMode({ path: given.path, mode: given.mode })
    yield* FileSystem.sync({ path: given.path })
  }
  const beforeLines = new Set(old)
  return {
    path: given.path,
    changed: lines.filter((line) => !beforeLines.has(line)).map(nameOf),
    kept: kept.length,
  }
}

const nameOf = (line: string): string => (line.split('=', 1)[0] ?? '').trim()

/**
 * The file as it is; null when there is none. @throws data-in-the-way when it is no file; input-too-large; input-invalid where a
 * line goes on in the next one, since lines could then not be kept or replaced one by one
 */
function* readExisting(path: string): Task<{ readonly text: string; readonly mode: number } | null> {
  const stat = yield* FileSystem.stat({ path })
  if (stat === null) return null
  if (stat.type !== 'file') {
    throw new OperatingError('data-in-the-way', `${path} is a ${stat.type}, not a file`, { subject: path })
  }
  if (stat.sizeBytes > CONFIG_BYTES_MAX) {
    throw new OperatingError('input-too-large', `${path} is larger than ${CONFIG_BYTES_MAX} bytes`, {
      subject: path,
    })
  }
  const text = utf8Decode(yield* FileSystem.read({ path, offset: 0, length: CONFIG_BYTES_MAX }))
  if (/\\\r?$/m.test(text)) {
    throw new OperatingError('input-invalid', `a line of ${path} goes on in the next one`, {
      subject: path,
      hint: 'Write each variable on one line, then run again.',
    })
  }
  return { text, mode: stat.mode }
}
