import type { CliContext } from '../context.ts'
import { signalExitCode } from '../interrupts.ts'

/** A server that runs until somebody stops it. */
export interface Stoppable {
  readonly url: string
  close(): Promise<void>
  /** Settles when it ended by itself: with a failure, or null. Absent: it never does. */
  readonly stopped?: Promise<Error | null>
}

/**
 * Prints the one line that says where a server is, then waits for a signal and closes it. A server that was asked to stop ended
 * well: exit 0 for SIGTERM, the signal's own code for the others.
 */
export async function serveUntilStopped(server: Stoppable, context: CliContext): Promise<number> {
  context.terminal.out(`${JSON.stringify({ url: server.url, pid: process.pid })}\n`)
  const interrupted = new Promise<number>((resolve) => {
    context.interrupts.onInterrupt((signal) => resolve(signal === 'SIGTERM' ? 0 : signalExitCode(signal)))
  })
  const failed = server.stopped?.then((failure) => {
    if (failure !== null) throw failure
    return 0
  })
  const exitCode = await (failed === undefined ? interrupted : Promise.race([interrupted, failed]))
  await server.close()
  return exitCode
}
