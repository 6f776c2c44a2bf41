import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { OperatingError } from '@dr-drill/runbook-core'

/** Newest version of `world.json` that is read. */
const WORLD_SCHEMA_VERSION = 1

/**
 * Checks that a directory is a world that `drill world` wrote.
 * @throws input-unreadable for what is no world, input-too-new for one of a later release
 */
export function checkWorld(directory: string): void {
  if (!existsSync(join(directory, 's3'))) throw noWorld(directory, 'it has no folder s3')
  const file = join(directory, 'world.json')
  if (!existsSync(file)) return
  const { kind, schemaVersion } = headOf(file)
  if (kind !== 'world') throw noWorld(directory, 'its world.json is of another kind')
  if (typeof schemaVersion === 'number' && schemaVersion > WORLD_SCHEMA_VERSION) {
    throw new OperatingError('input-too-new', `${file} has schema version ${schemaVersion}`, {
      subject: file,
    })
  }
}

function headOf(file: string): { readonly kind?: unknown; readonly schemaVersion?: unknown } {
  try {
    const head: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return typeof head === 'object' && head !== null ? head : {}
  } catch {
    throw new OperatingError('input-unreadable', `${file} is not JSON`, { subject: file })
  }
}

function noWorld(directory: string, why: string): OperatingError {
  return new OperatingError('input-unreadable', `${directory} is no world: ${why}`, {
    subject: directory,
    hint: '`drill world DIR` writes one.',
  })
}
