import { mkdirSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { OperatingError } from '@dr-drill/runbook-core'
import { type RunLock, takeRunLock } from '../../targets/local/run-lock.ts'

/** An agent whose connection broke needs a moment to end what it did; so long its successor waits. */
const PATIENCE_MS = 15_000
const PAUSE_MS = 50

/** The lock of a spool's directory, which is made when it is missing. @throws target-busy while another agent works on it */
export async function takeSpoolLock(directory: string, patienceMs = PATIENCE_MS): Promise<RunLock> {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  for (let waitedMs = 0; ; waitedMs += PAUSE_MS) {
    try {
      return takeRunLock(directory)
    } catch (thrown) {
      const isBusy = thrown instanceof OperatingError && thrown.code === 'target-busy'
      if (!isBusy || waitedMs >= patienceMs) throw thrown
    }
    await pause(PAUSE_MS)
  }
}
