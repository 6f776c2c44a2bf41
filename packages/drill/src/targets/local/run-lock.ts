import { linkSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { OperatingError } from '@dr-drill/runbook-core'
import { startTicksOf } from '../../ports/processes/process-identity.ts'

/** Held by the one process that works in a run's directory. */
export interface RunLock {
  release(): void
}

const NAME = 'lock'

/**
 * Takes the lock of a run's directory. One left behind by a process that is gone is taken over.
 * @throws target-busy
 */
export function takeRunLock(directory: string): RunLock {
  const file = join(directory, NAME)
  const mine = join(directory, `${NAME}.${process.pid}`)
  const text = `${process.pid} ${startTicksOf(process.pid)}\n`
  rmSync(mine, { force: true })
  // Never through a name that somebody else left there.
  writeFileSync(mine, text, { flag: 'wx' })
  try {
    // A link is made whole or not at all: nobody ever reads half a lock.
    for (let attempt = 1; ; attempt += 1) {
      try {
        linkSync(mine, file)
        break
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown
        const holder = holderOf(file)
        if (holder !== null || attempt > 100) throw runBusy(directory, holder)
        rmSync(file, { force: true })
      }
    }
  } finally {
    unlinkSync(mine)
  }
  return {
    release() {
      if (readText(file) === text) rmSync(file, { force: true })
    },
  }
}

/** The process that works in a run's directory now; null when none does. */
export const lockHolder = (directory: string): number | null => holderOf(join(directory, NAME))

function holderOf(file: string): number | null {
  const [pid = '', ticks = ''] = readText(file).trim().split(' ')
  return /^\d+$/.test(pid) && startTicksOf(Number(pid)) === ticks ? Number(pid) : null
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** What is told when a process works in a run's directory: its pid; null where several try at once. */
export function runBusy(directory: string, holder: number | null): OperatingError {
  const by = holder === null ? 'other processes' : `process ${holder}`
  return new OperatingError('target-busy', `${directory} is in use by ${by}`, { subject: directory })
}
