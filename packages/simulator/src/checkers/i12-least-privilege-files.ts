import { STEMEDB_PATHS, STEMEDB_USER } from '@dr-drill/runbook-core/stemedb'
import { claimsRestored, defineChecker, listed } from './checker.ts'
import type { DrillTruth } from './truth/drill-truth.ts'

const DIRECTORY = 0o750
const FILE = 0o640
const PERMISSIONS = 0o7777
const OTHERS = 0o007
const WRITABLE_BY_OTHERS = 0o022

/**
 * Whatever lies below the data directories belongs to the service and to nobody else, from the moment at which it came there; the
 * configuration is closed to the world, and the engine's program can be changed by root alone. Read from the host's disk as it is at the
 * end, and at the port when data is put in its place.
 * Does not see: access lists beyond owner and mode, and what others do to files between those moments.
 */
export const leastPrivilegeFiles = defineChecker('I12', 'least-privilege-files', (truth) => {
  const { placedOpen } = truth.sightings
  if (placedOpen.length > 0) return ['violated', `put in place: ${listed(placedOpen)}`]
  if (!claimsRestored(truth)) return ['not-applicable', 'nothing is said to be restored']
  const wrong: string[] = []
  for (const root of [STEMEDB_PATHS.wal, STEMEDB_PATHS.db]) walk(truth, root, wrong)
  const configuration = truth.files.stat({ path: STEMEDB_PATHS.environmentFile })
  if (configuration !== null && (configuration.mode & OTHERS) !== 0) {
    wrong.push(`${STEMEDB_PATHS.environmentFile} is open to the world`)
  }
  const program = truth.files.stat({ path: STEMEDB_PATHS.program })
  if (program !== null && (program.owner !== 'root' || (program.mode & WRITABLE_BY_OTHERS) !== 0)) {
    wrong.push(`${STEMEDB_PATHS.program} can be changed by others than root`)
  }
  return wrong.length === 0
    ? ['held', 'data and configuration are closed to others']
    : ['violated', listed(wrong)]
})

function walk(truth: DrillTruth, path: string, wrong: string[]): void {
  const stat = truth.files.stat({ path })
  if (stat === null) return
  const expected = stat.type === 'directory' ? DIRECTORY : FILE
  const mode = stat.mode & PERMISSIONS
  if (stat.type !== 'directory' && stat.type !== 'file') wrong.push(`${path} is a ${stat.type}`)
  else if (mode !== expected) wrong.push(`${path} has mode ${mode.toString(8)}`)
  if (stat.owner !== STEMEDB_USER || stat.group !== STEMEDB_USER)
    wrong.push(`${path} belongs to ${stat.owner}`)
  if (stat.type !== 'directory') return
  for (const { name } of truth.files.list({ path })) walk(truth, `${path}/${name}`, wrong)
}
