import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { OperatingError } from '@dr-drill/runbook-core'
import type { Account } from '../processes/accounts.ts'
import { signalGroup } from '../processes/group.ts'
import { LineReader } from '../processes/line-reader.ts'

/** A unit's program as this host starts it. */
export interface Program {
  readonly argv: readonly [string, ...string[]]
  readonly env: Readonly<Record<string, string>>
  readonly directory: string
  readonly account: Account | null
}

/** How a process ended. */
export interface ProcessEnd {
  readonly exitCode: number | null
  readonly signal: string | null
}

/** One running process of a unit, leader of a group of its own. */
export interface ServiceProcess {
  readonly pid: number
  readonly ended: Promise<ProcessEnd>
  /** Signals the whole group. */
  signal(signal: NodeJS.Signals): void
}

/**
 * Starts a program and returns once it runs. Its stdin is a pipe that this process holds open for as long as it lives: programs
 * of ours end when it closes, so none outlives a drill, whatever ended that. What it leaves behind in its group is killed.
 * @throws service-failed, permission-denied
 */
export function startProcess(program: Program, onLine: (line: string) => void): Promise<ServiceProcess> {
  const [file, ...args] = program.argv
  return new Promise((resolve, reject) => {
    const child = spawned(program, file, args)
    child.stdin.on('error', () => {})
    const readers = [child.stdout, child.stderr].map((stream) => {
      const reader = new LineReader(onLine)
      stream.on('data', (chunk: Buffer) => reader.add(chunk))
      return reader
    })
    const ended = new Promise<ProcessEnd>((settle) => {
      child.on('exit', () => child.pid !== undefined && signalGroup(child.pid, 'SIGKILL'))
      child.on('close', (exitCode, signal) => {
        for (const reader of readers) reader.end()
        settle({ exitCode, signal })
      })
    })
    child.on('error', (error: NodeJS.ErrnoException) => reject(cannotStart(file, error)))
    child.on('spawn', () => {
      const pid = child.pid as number
      resolve({ pid, ended, signal: (signal) => signalGroup(pid, signal) })
    })
  })
}

/** Node tells some failures by an event and throws the rest. */
function spawned(
  program: Program,
  file: string,
  args: readonly string[],
): ChildProcessByStdio<Writable, Readable, Readable> {
  try {
    return spawn(file, args, {
      cwd: program.directory,
      env: { ...program.env },
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(program.account ?? {}),
    })
  } catch (thrown) {
    throw cannotStart(file, thrown as NodeJS.ErrnoException)
  }
}

function cannotStart(file: string, error: NodeJS.ErrnoException): OperatingError {
  const message = `the program cannot be started: ${error.code ?? error.message}`
  if (error.code === 'EACCES' || error.code === 'EPERM') {
    return new OperatingError('permission-denied', message, { subject: file })
  }
  // A process that another thread is just forking still has open what was being written at that moment: it passes.
  if (error.code === 'ETXTBSY') {
    const hint = 'Somebody still has the program open for writing; try again.'
    return new OperatingError('service-failed', message, { subject: file, hint, retryable: true })
  }
  const hint = 'Check that the program of the unit is installed.'
  return new OperatingError('service-failed', message, { subject: file, hint })
}
