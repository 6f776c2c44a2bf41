import type { DatabasePack } from '../actions/index.ts'
import type { Checksums } from '../checksums/index.ts'
import { stemedbProbe } from './api/probe.ts'
import { stemedbBackupFormat, stemedbLogFormat } from './backup/index.ts'
import { stemedbRecords } from './records.ts'
import { type StemedbUnitOptions, stemedbUnits } from './units.ts'

/** Everything that knows StemeDB, for the actions. */
export function stemedbPack(options: {
  readonly checksums: Checksums
  readonly units: StemedbUnitOptions
}): DatabasePack {
  const { checksums } = options
  return {
    name: 'StemeDB',
    backup: stemedbBackupFormat({ checksums }),
    log: stemedbLogFormat({ checksums }),
    records: stemedbRecords(checksums),
    probe: stemedbProbe(checksums),
    units: stemedbUnits(options.units),
  }
}
