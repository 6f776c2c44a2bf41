import { spawn } from 'node:child_process'
import { OperatingError } from '@dr-drill/runbook-core'
import { signalGroup } from '../../ports/processes/group.ts'
import type { Transport, TransportEnd } from '../transport.ts'

/**
 * An agent as a child of this process, in a group of its own: a terminal's Ctrl-C reaches it only through us. It ends when its stdin
 * does, and so also when this process dies, however it does. @throws environment-lacking when it cannot be started
 */
export function childTransport(
  argv: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
  cwd = '/',
): Promise<Transport> {
  const [file, ...args] = argv
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
    child.stdin.on('error', () => {})
    const ended = new Promise<TransportEnd>((settle) => {
      // What it left in its group goes with it.
      child.on('exit', () => child.pid !== undefined && signalGroup(child.pid, 'SIGKILL'))
      child.on('close', (exitCode, signal) => settle({ exitCode, signal }))
    })
    child.on('error', (error: NodeJS.ErrnoException) => {
      const message = `the agent cannot be started: ${error.code ?? error.message}`
      reject(new OperatingError('environment-lacking', message, { subject: file }))
    })
    child.on('spawn', () => {
      const pid = child.pid as number
      resolve({
        stdin: child.stdin,
        stdout: child.stdout,
        stderr: child.stderr,
        ended,
        end: () => child.stdin.end(),
        kill: () => signalGroup(pid, 'SIGKILL'),
      })
    })
  })
}
