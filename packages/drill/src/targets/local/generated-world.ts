import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { OperatingError } from '@dr-drill/runbook-core'
import { ownCommand } from '../../cli/own-command.ts'
import { childEnvironment } from './child-environment.ts'
import { type RunRequest, targetOf } from './run-request.ts'

const WORLD = 'world'
const UNDER_WAY = 'world-'

/**
 * The directory of this run's own production, made if it is not there: under a name of its own until it is whole, so that one that a
 * dead run was still making is never mixed with it. `signal` ends the making at once.
 * @throws cancelled, environment-lacking
 */
export async function generatedWorld(
  request: RunRequest,
  assertions: number | null,
  signal: AbortSignal,
): Promise<string> {
  const { work } = request
  const directory = join(work, WORLD)
  // The ledger comes last: its presence means that the world is whole.
  if (existsSync(join(directory, 'ledger.jsonl'))) return directory
  for (const name of readdirSync(work)) {
    if (name === WORLD || name.startsWith(UNDER_WAY)) discard(join(work, name))
  }
  // Open to its owner alone: the restored service must not be able to read the truth that it is judged by.
  const made = mkdtempSync(join(work, UNDER_WAY))
  await generate(made, flagsOf(request, assertions), signal)
  renameSync(made, directory)
  return directory
}

/** Half a world is worth nothing. Its maker may still write for a moment: what comes back then is left to `clean`. */
function discard(directory: string): void {
  rmSync(directory, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 })
}

/** Where production lives on, its own disk is needed, too. */
const flagsOf = (request: RunRequest, assertions: number | null): string[] => [
  ...['--seed', String(request.seed), '--end', 'now', '--quiet'],
  ...(assertions === null ? [] : ['--assertions', String(assertions)]),
  ...(targetOf(request) === 'containers' ? ['--host-disk'] : []),
]

/** The world is made by a process of its own, so that its memory is not the drill's. */
function generate(directory: string, flags: readonly string[], signal: AbortSignal): Promise<void> {
  const [program, ...args] = ownCommand()
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args, 'world', directory, ...flags], {
      env: childEnvironment(),
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    // It has nothing to tidy up, and is too busy to hear of anything else.
    const kill = (): void => void child.kill('SIGKILL')
    if (signal.aborted) kill()
    signal.addEventListener('abort', kill)
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2_000)
    })
    child.on('error', reject)
    child.on('close', (code) => {
      signal.removeEventListener('abort', kill)
      if (code === 0) resolve()
      else if (signal.aborted) reject(new OperatingError('cancelled', 'the world was not made to its end'))
      else reject(failed(directory, code, said))
    })
  })
}

function failed(directory: string, code: number | null, said: string): OperatingError {
  return new OperatingError(
    'environment-lacking',
    `the world could not be generated (exit ${code}): ${said.trim()}`,
    { subject: directory },
  )
}
