import { spawn } from 'node:child_process'
import type { CliContext } from '../context.ts'
import { ownCommand } from '../own-command.ts'

/** How a command of ours ended. */
export interface ChildEnd {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** Runs one of our commands as a child: it may be killed without taking this process along. Signals are passed on to it. */
export function runChild(args: readonly string[], context: CliContext): Promise<ChildEnd> {
  const [program, ...own] = ownCommand()
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...own, ...args], {
      cwd: context.directory,
      stdio: ['ignore', 'ignore', 'inherit'],
      // In a group of its own: a Ctrl-C reaches it once, through this process.
      detached: true,
    })
    const forget = context.interrupts.onInterrupt((signal) => void child.kill(signal))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      forget()
      resolve({ code, signal })
    })
  })
}
