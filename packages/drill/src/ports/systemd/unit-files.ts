import { closeSync, constants, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { OperatingError, type Unit } from '@dr-drill/runbook-core'
import { renderUnit } from './render-unit.ts'

/** Names that units may have here; a slash would lead out of their directory. */
const UNIT_NAME = /^[A-Za-z0-9][A-Za-z0-9_.@-]{0,200}\.(service|timer)$/

/** A unit's name, checked before a program is given it. @throws input-invalid */
export function unitName(name: string): string {
  if (UNIT_NAME.test(name)) return name
  throw new OperatingError('input-invalid', `${JSON.stringify(name)} is no name of a unit`, { subject: name })
}

/** Writes units into a directory, each whole or not at all, durable when it returns. */
export function writeUnits(directory: string, units: readonly Unit[]): void {
  // All are rendered first: a unit that cannot be written leaves the others as they were.
  const rendered = units.map((unit) => [unitName(unit.name), renderUnit(unit)] as const)
  for (const [name, text] of rendered) {
    const temporary = join(directory, `.${name}.new`)
    rmSync(temporary, { force: true })
    const descriptor = openSync(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o644)
    try {
      writeFileSync(descriptor, text)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(temporary, join(directory, name))
  }
  const folder = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY)
  fsyncSync(folder)
  closeSync(folder)
}
