import { z } from 'zod'
import type { Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { type CommandResult, Commands } from '../../ports/index.ts'
import { defineAction, type Resource } from '../define-action.ts'
import { absolutePath, milliseconds, name } from '../support/schemas.ts'

const argv = z
  .array(z.string().max(100_000))
  .min(1)
  .transform((parts) => parts as [string, ...string[]])
const resource = z
  .string()
  .regex(/^[a-z]+:.+$/, 'a resource such as path:/var/lib/x')
  .transform((text) => text as Resource)
const effects = z.strictObject({
  reads: z.array(resource).default([]),
  writes: z.array(resource).default([]),
  destroys: z.array(resource).default([]),
  exposes: z.array(resource).default([]),
})

const input = z.strictObject({
  /** A shell string is not accepted; `[bash, -c, TEXT]` is, with a lint warning, when TEXT is constant. */
  argv: argv as z.ZodType<[string, ...string[]]>,
  user: name.optional(),
  cwd: absolutePath.optional(),
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string()).default({}),
  stdin: z.string().optional(),
  expectExit: z.union([z.array(z.number().int().min(0).max(255)).min(1), z.literal('any')]).default([0]),
  timeoutMs: milliseconds,
  stdout: z.enum(['text', 'json', 'lines']).default('text'),
  /** Without it the invariants I6, I11 and I12 are not-checked for the run. */
  effects: effects.optional(),
  alreadyDone: z.strictObject({ argv: argv as z.ZodType<[string, ...string[]]> }).optional(),
})
type Input = z.infer<typeof input>

const output = z.object({
  exitCode: z.number().int().nullable(),
  signal: z.string().nullable(),
  stdout: z.json(),
  stderr: z.string(),
})
type Output = z.infer<typeof output>

/** Runs one program on the target by its argument vector. Captured values reach it by `env` only, never inside a shell text. */
export const runCommand = defineAction<Input, Output>({
  kind: 'run-command',
  summary: 'Runs one program on the target host.',
  input: input as z.ZodType<Input>,
  output: output as z.ZodType<Output>,
  effects: (given) => given.effects ?? { reads: [], writes: ['unknown:anything'], destroys: [], exposes: [] },
  capabilities: { required: ['commands'], optional: [] },
  ports: [Commands.$id],
  traits: ['runs-commands'],
  estimate: (given) => ({ bestMs: 100, likelyMs: Math.floor(given.timeoutMs / 4), worstMs: given.timeoutMs }),
  *run(given) {
    const result = yield* Commands.run(commandOf(given, given.argv))
    const [program] = given.argv
    if (given.expectExit !== 'any' && !given.expectExit.includes(result.exitCode ?? -1)) {
      throw new OperatingError(
        'command-failed',
        `${program} ${endOf(result)}: ${result.stderr.slice(-500)}`,
        { subject: program },
      )
    }
    return { ...result, stdout: parsed(program, result.stdout, given.stdout) }
  },
  *alreadyDone(given): Task<Output | null> {
    if (given.alreadyDone === undefined) return null
    const result = yield* Commands.run(commandOf(given, given.alreadyDone.argv))
    return result.exitCode === 0 ? { ...result, stdout: null } : null
  },
})

function commandOf(given: Input, vector: [string, ...string[]]) {
  return {
    argv: vector,
    env: given.env,
    timeoutMs: given.timeoutMs,
    ...(given.user === undefined ? {} : { user: given.user }),
    ...(given.cwd === undefined ? {} : { cwd: given.cwd }),
    ...(given.stdin === undefined ? {} : { stdin: given.stdin }),
  }
}

const endOf = (result: CommandResult): string =>
  result.signal === null ? `ended with exit code ${result.exitCode}` : `was ended by ${result.signal}`

function parsed(program: string, text: string, form: Input['stdout']): Output['stdout'] {
  if (form === 'text') return text
  if (form === 'lines') return text.split('\n').filter((line) => line !== '')
  try {
    return JSON.parse(text) as Output['stdout']
  } catch (cause) {
    throw new OperatingError('response-invalid', `${program} did not print JSON`, {
      subject: program,
      cause,
      retryable: false,
    })
  }
}
