import {
  type ArchivedSegment,
  type BackupDescription,
  type BackupFormat,
  type LogFormat,
  OperatingError,
  type Task,
} from '@dr-drill/runbook-core'
import type { SourceContents } from './source-plan.ts'

/**
 * Looks through a source before it is damaged. Memory grows with the number of objects.
 * @throws input-invalid when it holds no usable backup: there is nothing left to damage
 */
export function* surveySource(
  store: string,
  formats: {
    readonly backup: BackupFormat
    readonly log: LogFormat
    readonly manifestKey: (backup: string) => string
  },
): Task<SourceContents> {
  const backups: BackupDescription[] = []
  for (const candidate of yield* formats.backup.list({ store })) {
    const described = yield* formats.backup.describe({ store, candidate, trustKey: null })
    if (described.kind === 'usable') backups.push(described.description)
  }
  const [newest, ...older] = backups
  if (newest === undefined)
    throw new OperatingError('input-invalid', 'the source holds no usable backup to damage')
  const { history, startPosition } = newest
  const listed = yield* formats.log.list({ store, trustKey: null, after: null })
  const own = new Set(newest.files.filter(({ role }) => role === 'log').map(({ sha256 }) => sha256))
  const archived = listed.segments.filter((one) => one.history === history)
  const isBeyond = (one: ArchivedSegment) => formats.log.compare(one.lastPosition, startPosition) > 0
  return {
    backups: [newest, ...older],
    segments: archived.filter(isBeyond),
    covered: archived.filter((one) => !isBeyond(one) && own.has(one.sha256)),
    manifestKey: formats.manifestKey,
  }
}
