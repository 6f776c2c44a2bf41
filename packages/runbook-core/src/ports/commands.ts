import { definePort } from '../effects/port.ts'

/** A program to run: always an argument vector, never a shell string. */
export interface CommandInput {
  readonly argv: readonly [string, ...string[]]
  readonly user?: string
  readonly cwd?: string
  /** The whole environment of the child besides PATH. */
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
  readonly timeoutMs: number
}

/** How a program ended and what it printed. */
export interface CommandResult {
  /** Null when a signal ended it. */
  readonly exitCode: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

/** Programs on the target host. */
export interface CommandsContract {
  /** @throws timed-out, capability-missing (no such program) */
  run(input: CommandInput): CommandResult
  /** Which of the named programs exist. */
  which(input: { readonly programs: readonly string[] }): Readonly<Record<string, boolean>>
}

export const Commands = definePort<CommandsContract>('Commands', { run: 'write', which: 'read' })
