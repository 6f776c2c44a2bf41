import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { CliResult } from '../cli/run-cli.ts'

const program = fileURLToPath(
  new URL('../../../../.setup/bundle/packages/drill/dist/cli/main.js', import.meta.url),
)

/** A command under way, as a person at a shell would see it. */
export interface RunningCli {
  readonly process: ChildProcess
  /** Returns once a line that holds the text was printed on stderr. */
  printed(text: string): Promise<void>
  readonly ended: Promise<CliResult>
}

/** Starts the command line as `./drill` does: images hold programs that only a bundled one has beside it. */
export function startCli(args: readonly string[], env: Record<string, string> = {}): RunningCli {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], {
    env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  const waiting = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
    for (const look of waiting) look()
  })
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
  return {
    process: child,
    ended,
    printed: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!stderr.includes(text)) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        void ended.then(() => reject(new Error(`it ended before it printed "${text}":\n${stderr}`)))
        look()
      }),
  }
}

/** Runs it to its end. */
export const bundledCli = (args: readonly string[], env: Record<string, string> = {}): Promise<CliResult> =>
  startCli(args, env).ended
