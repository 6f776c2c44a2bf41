import type { StemedbEngine } from '../engine.ts'

interface Metric {
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly help: string
  readonly value: number
}

function metricsOf(engine: StemedbEngine, uptimeMs: number): readonly Metric[] {
  const health = engine.health()
  const counts = engine.statistics()
  const gauge = (name: string, help: string, value: number): Metric => ({ name, type: 'gauge', help, value })
  const counter = (name: string, help: string, value: number): Metric => ({
    name,
    type: 'counter',
    help,
    value,
  })
  return [
    gauge(
      'stemedb_up',
      '1 while the engine can write, 0 after a failure of its disk.',
      health.healthy ? 1 : 0,
    ),
    gauge('stemedb_uptime_seconds', 'Seconds since recovery ended.', uptimeMs / 1000),
    gauge('stemedb_assertions', 'Durable assertions.', health.assertionCount),
    gauge('stemedb_wal_segments', 'Segments in the log directory.', health.walSegments),
    gauge('stemedb_replayed_entries', 'Entries that recovery took from the log.', counts.replayedEntries),
    gauge(
      'stemedb_checkpoint_position',
      'Applied position of the newest checkpoint.',
      counts.checkpointPosition,
    ),
    counter('stemedb_asserts_total', 'Assertions written since the start.', counts.asserts),
    counter('stemedb_duplicate_asserts_total', 'Assertions whose id was there already.', counts.duplicates),
    counter('stemedb_queries_total', 'Queries answered since the start.', counts.queries),
    counter('stemedb_checkpoints_total', 'Checkpoints written since the start.', counts.checkpoints),
    counter('stemedb_wal_fsyncs_total', 'Calls of fsync on the log since the start.', counts.walFsyncs),
    counter('stemedb_wal_bytes_total', 'Bytes of records appended to the log.', counts.walBytes),
  ]
}

/** What `GET /metrics` answers: the Prometheus text format, version 0.0.4. */
export function renderMetrics(engine: StemedbEngine, uptimeMs: number): string {
  return metricsOf(engine, uptimeMs)
    .map(
      ({ name, type, help, value }) => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`,
    )
    .join('')
}
