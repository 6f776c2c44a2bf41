import { toOperatingError } from '@dr-drill/runbook-core'
import { startStemedbServer } from './server.ts'

/**
 * Runs a StemeDB server as this process: settings from the environment, log lines on stdout, SIGTERM and SIGINT close it. With
 * `STEMEDB_EXIT_WITH_PARENT=1` the end of stdin does, too. Sets the exit code: 0 closed, 1 failure of the disk or refused by
 * recovery, 2 a wrong setting, 5 the address is taken.
 */
export async function runStemedbProcess(): Promise<void> {
  // Whoever read the log may be gone; the database goes on.
  process.stdout.on('error', () => {})
  const print = (line: string) => process.stdout.write(`${line}\n`)
  try {
    const server = await startStemedbServer(process.env, print)
    const close = (): void => void server.close()
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, close)
    if (process.env.STEMEDB_EXIT_WITH_PARENT === '1' || process.env.DRILL_EXIT_WITH_PARENT === '1') {
      for (const event of ['end', 'close', 'error']) process.stdin.on(event, close)
      process.stdin.resume()
    }
    const failure = await server.stopped
    process.exitCode = failure === null ? 0 : 1
    process.stdin.pause()
  } catch (thrown) {
    const error = toOperatingError(thrown)
    print(`ERROR ${error.message}`)
    print(`ERROR ${error.hint}`)
    process.exitCode = error.exitCode === 3 ? 1 : error.exitCode
  }
}
