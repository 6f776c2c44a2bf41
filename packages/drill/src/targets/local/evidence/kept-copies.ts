import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Copies, driveAsync, type Environment, listCopies, unwrap } from '@dr-drill/runbook-core'

/** What lay in the source before the run's first step: listed once and kept, so that a resumed run compares with the same. */
export async function keptCopies(work: string, target: Environment): Promise<Copies | null> {
  const file = join(work, 'source-before.json')
  if (existsSync(file)) return new Map(JSON.parse(readFileSync(file, 'utf8')) as [string, string][])
  const exit = await driveAsync(listCopies('source'), target)
  // A source that does not answer now is the runbook's matter: it waits, and says so.
  if (exit.kind !== 'success') return null
  const copies = unwrap(exit)
  writeFileSync(`${file}.new`, JSON.stringify([...copies]))
  renameSync(`${file}.new`, file)
  return copies
}
