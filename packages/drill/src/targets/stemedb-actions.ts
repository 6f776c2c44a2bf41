import { ActionRegistry, actionsFor, type Checksums, type DatabasePack } from '@dr-drill/runbook-core'
import { stemedbPack } from '@dr-drill/runbook-core/stemedb'
import { nativeChecksums } from '@dr-drill/simulator/server'
import { config } from './own-actions.ts'

/** Where units of a recovery host find the drill's own command, as a packaged installation would have it. */
export const OPS_PROGRAM = '/opt/dr-drill/bin/dr-drill'

/** Everything that knows StemeDB, with this machine's checksums unless others are given. */
export function stemedb(checksums: Checksums = nativeChecksums): DatabasePack {
  return stemedbPack({ checksums, units: { opsCommand: [OPS_PROGRAM, 'ops'] } })
}

/** Every action kind, for StemeDB, and those of the configuration. */
export function stemedbActions(pack: DatabasePack = stemedb()): ActionRegistry {
  return new ActionRegistry([...actionsFor(pack), ...config.actions])
}
