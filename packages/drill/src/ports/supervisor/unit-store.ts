import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { OperatingError, type Unit } from '@dr-drill/runbook-core'

/** What a host keeps about its units across a reboot; here: across the end of a drill's process. */
export interface UnitState {
  readonly units: Unit[]
  readonly enabled: string[]
}

/** Keeps the state of units in one file, replaced as a whole and synced at each change. */
export interface UnitStore {
  load(): UnitState
  save(state: UnitState): void
}

const KIND = 'unit-state'

/** The store behind a file. @throws input-invalid when the file is not one of ours */
export function unitStore(file: string): UnitStore {
  return {
    load() {
      let text: string
      try {
        text = readFileSync(file, 'utf8')
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return { units: [], enabled: [] }
        throw thrown
      }
      return parsed(text, file)
    },
    save(state) {
      const temporary = `${file}.new`
      const descriptor = openSync(temporary, 'w', 0o600)
      writeSync(descriptor, `${JSON.stringify({ kind: KIND, schemaVersion: 1, ...state })}\n`)
      fsyncSync(descriptor)
      closeSync(descriptor)
      renameSync(temporary, file)
      const directory = openSync(dirname(file), 'r')
      fsyncSync(directory)
      closeSync(directory)
    },
  }
}

function parsed(text: string, file: string): UnitState {
  try {
    const value = JSON.parse(text) as UnitState & { kind?: unknown }
    const whole = value.kind === KIND && Array.isArray(value.units) && Array.isArray(value.enabled)
    if (whole) return { units: value.units, enabled: value.enabled }
  } catch {
    // Said below.
  }
  throw new OperatingError('input-invalid', `${file} is no record of units`, { subject: file })
}
