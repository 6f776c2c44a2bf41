import type { Json, QualifiedRunbook } from '@dr-drill/runbook-core'
import { STEMEDB_PATHS } from '@dr-drill/runbook-core/stemedb'
import type { SimulatedWorld } from '../simulated-world.ts'

/** Must hold nothing: whatever lies there may be the last copy of something, or is read along with what is restored. */
const EMPTY_PATHS = [
  STEMEDB_PATHS.wal,
  STEMEDB_PATHS.db,
  `${STEMEDB_PATHS.home}/wal-archive`,
  `${STEMEDB_PATHS.home}/wal-partial`,
]

/**
 * Why nothing may be restored onto this host, in words, as it stands before the run: it has less than the runbook's own parameters ask for,
 * or holds data already. Null: it is fit.
 */
export function unfitHost({ host, options }: SimulatedWorld): string | null {
  const { facts } = host.machine
  const { runbook } = options.prepared
  const lacks = [
    lacking('cores', facts.cpuCores, minimum(runbook, 'min-cores')),
    lacking('bytes of memory', facts.memoryBytes, minimum(runbook, 'min-memory')),
    lacking('free bytes', host.disk.freeBytes, minimum(runbook, 'min-disk')),
    lacking('bit/s', facts.linkBitsPerSecond ?? Number.POSITIVE_INFINITY, minimum(runbook, 'min-link')),
  ].filter((one) => one !== null)
  const files = host.disk.plainHandlers
  const held = EMPTY_PATHS.filter((path) => {
    const stat = files.stat({ path })
    return stat !== null && (stat.type !== 'directory' || files.list({ path }).length > 0)
  })
  const why = [...lacks, ...held.map((path) => `${path} holds data`)]
  return why.length === 0 ? null : why.join('; ')
}

/** What a runbook's parameter asks for; one that it does not have asks for nothing. */
function minimum({ parameters }: QualifiedRunbook, name: string): Json {
  return parameters.find((one) => one.name === name)?.value ?? 0
}

const lacking = (what: string, found: number, wanted: Json): string | null =>
  typeof wanted === 'number' && found < wanted ? `${found} ${what}, ${wanted} needed` : null
