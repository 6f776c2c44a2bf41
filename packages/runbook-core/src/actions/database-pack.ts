import type { EngineProbe, RecordReader } from '../formats/engine-probe.ts'
import type { BackupFormat, LogFormat } from '../formats/index.ts'
import type { Unit } from '../units/unit.ts'

/** Everything that knows one database: the actions take it and know none. */
export interface DatabasePack {
  /** Name used in `explain` and errors. */
  readonly name: string
  readonly backup: BackupFormat
  readonly log: LogFormat
  readonly records: RecordReader
  readonly probe: EngineProbe
  /** Unit records of the service and its protection, by set name. */
  readonly units: (set: string) => readonly Unit[] | null
}
