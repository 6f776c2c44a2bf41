import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { signalGroup } from './group.ts'
import { startTicksOf } from './process-identity.ts'

/** Hears of process groups that live as long as a program runs. */
export interface GroupWatch {
  started(pid: number): void
  ended(pid: number): void
}

/** Process groups that this process started, on record in a directory: whoever comes after its sudden death can end them. */
export class GroupRegister implements GroupWatch {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  }

  /** Kills what a dead process left running. A pid that is another's by now is left alone. */
  sweep(): void {
    for (const name of readdirSync(this.#directory)) {
      const pid = Number(name)
      const ticks = readFileSync(join(this.#directory, name), 'utf8')
      if (Number.isSafeInteger(pid) && pid > 1 && startTicksOf(pid) === ticks) signalGroup(pid, 'SIGKILL')
      this.ended(pid)
    }
  }

  started(pid: number): void {
    writeFileSync(join(this.#directory, String(pid)), startTicksOf(pid) ?? '', { mode: 0o600 })
  }

  ended(pid: number): void {
    rmSync(join(this.#directory, String(pid)), { force: true })
  }
}
