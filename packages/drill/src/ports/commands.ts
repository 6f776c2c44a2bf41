import { spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import {
  type CommandInput,
  type CommandResult,
  type CommandsContract,
  OperatingError,
  type PortHandler,
} from '@dr-drill/runbook-core'
import type { FindAccount } from './processes/accounts.ts'
import { BoundedOutput } from './processes/bounded-output.ts'
import { signalGroup } from './processes/group.ts'
import type { GroupWatch } from './processes/group-register.ts'

/** Where and as whom programs run. */
export interface RealCommandsOptions {
  /** The host's directory that `/` means for `cwd`; null: the host's own root. */
  readonly root: string | null
  /** PATH of the programs. */
  readonly searchPath: string
  readonly findAccount: FindAccount
  /** Output beyond this ends the program with `input-too-large`, default 4 MiB for each of stdout and stderr. */
  readonly outputBytesMax?: number
  /** Hears of each program's process group. */
  readonly groups?: GroupWatch
}

/** Programs of this host as child processes in groups of their own: cancel, timeout and excess output end the whole group. */
export function realCommands(options: RealCommandsOptions): PortHandler<CommandsContract> {
  return {
    run: (input, context) => run(options, input, (listener) => context.onCancel(listener)),
    which: ({ programs }) =>
      Object.fromEntries(programs.map((program) => [program, isProgram(program, options.searchPath)])),
  }
}

function run(
  options: RealCommandsOptions,
  input: CommandInput,
  onCancel: (listener: () => void) => void,
): Promise<CommandResult> {
  const [program, ...args] = input.argv
  const account = input.user === undefined ? null : options.findAccount(input.user, null)
  const limit = options.outputBytesMax ?? 4 * 1024 * 1024
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: hostDirectory(options.root, input.cwd),
      env: { PATH: options.searchPath, ...input.env },
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(account ?? {}),
    })
    child.on('spawn', () => options.groups?.started(child.pid as number))
    let ended: OperatingError | null = null
    const end = (error: OperatingError | null): void => {
      ended ??= error
      if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL')
    }
    const timer = setTimeout(() => end(timedOut(program, input.timeoutMs)), input.timeoutMs)
    onCancel(() => end(null))
    const stdout = new BoundedOutput(limit)
    const stderr = new BoundedOutput(limit)
    child.stdout.on('data', (chunk: Buffer) => stdout.add(chunk) || end(tooMuch(program, limit)))
    child.stderr.on('data', (chunk: Buffer) => stderr.add(chunk) || end(tooMuch(program, limit)))
    // A program that does not read its input closes the pipe; that is its right.
    child.stdin.on('error', () => {})
    child.stdin.end(input.stdin ?? '')
    child.on('error', (error) => {
      clearTimeout(timer)
      reject(spawnError(program, error))
    })
    // Whoever the program left behind in its group goes with it; else an inherited pipe would hold `close` back.
    child.on('exit', () => child.pid !== undefined && signalGroup(child.pid, 'SIGKILL'))
    child.on('close', (exitCode, signal) => {
      clearTimeout(timer)
      if (child.pid !== undefined) options.groups?.ended(child.pid)
      if (ended === null) resolve({ exitCode, signal, stdout: stdout.text, stderr: stderr.text })
      else reject(ended)
    })
  })
}

function hostDirectory(root: string | null, cwd: string | undefined): string {
  const path = cwd ?? '/'
  if (!path.startsWith('/') || path.split('/').includes('..')) {
    throw new OperatingError(
      'path-escapes-root',
      `working directory ${path} is not below the target's root`,
      {
        subject: path,
      },
    )
  }
  return root === null ? path : join(root, path)
}

const timedOut = (program: string, ms: number) =>
  new OperatingError('timed-out', `${program} took longer than ${ms} ms and was killed`, { subject: program })

const tooMuch = (program: string, limit: number) =>
  new OperatingError('input-too-large', `${program} printed more than ${limit} bytes and was killed`, {
    subject: program,
  })

function spawnError(program: string, error: NodeJS.ErrnoException): OperatingError {
  if (error.code === 'ENOENT') {
    return new OperatingError('capability-missing', `no program ${program}, or no such working directory`, {
      subject: program,
      hint: `Install ${program}, or name it by its full path.`,
    })
  }
  const code = error.code === 'EACCES' || error.code === 'EPERM' ? 'permission-denied' : 'command-failed'
  return new OperatingError(code, `${program} cannot be started: ${error.code ?? error.message}`, {
    subject: program,
  })
}

function isProgram(program: string, searchPath: string): boolean {
  const candidates = program.includes('/')
    ? [program]
    : searchPath.split(delimiter).map((directory) => join(directory, program))
  return candidates.some((candidate) => {
    try {
      accessSync(candidate, constants.X_OK)
      return statSync(candidate).isFile()
    } catch {
      return false
    }
  })
}
