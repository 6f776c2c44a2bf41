import { type RunRequest, targetOf } from '../local/run-request.ts'

/** How much faster production lives than a real one: a minute of its timers is a second. */
export const TIME_SCALE = 60

const MINUTE_MS = 60_000

/** The intervals of the seed's timers, scaled. */
export const PRODUCTION_INTERVALS = {
  archiveIntervalMs: (15 * MINUTE_MS) / TIME_SCALE,
  backupIntervalMs: (6 * 60 * MINUTE_MS) / TIME_SCALE,
  verifyIntervalMs: (24 * 60 * MINUTE_MS) / TIME_SCALE,
}

/** Containers are small machines on one network. */
const SMALL_MACHINES: Readonly<Record<string, string>> = {
  'min-cores': '1',
  'min-memory': '256MiB',
  'min-disk': '64MiB',
  'dns-ttl': '1s',
  'dns-patience': '10s',
  'store-patience': '30s',
  'start-patience': '60s',
  'client-patience': '30s',
  'alerts-patience': '10s',
  'backup-patience': '2m',
}

/**
 * Parameters that hold for a run unless somebody asked for others. A production that lives on has timers that are so much faster, and the
 * loss that it may suffer is so much smaller.
 */
export function parametersFor(
  request: Pick<RunRequest, 'target' | 'source'>,
): Readonly<Record<string, string>> {
  if (targetOf(request) !== 'containers') return {}
  if (request.source.kind !== 'generated') return SMALL_MACHINES
  return { ...SMALL_MACHINES, rpo: `${PRODUCTION_INTERVALS.archiveIntervalMs / 1_000}s` }
}
