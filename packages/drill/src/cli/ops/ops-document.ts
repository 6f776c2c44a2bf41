import { formatInstant } from '@dr-drill/runbook-core'

/** What an operation tells programs: one line of JSON that begins with its kind, times as RFC 3339 UTC. */
export function opsDocument(operation: string, output: object): string {
  return JSON.stringify({ kind: `ops-${operation}`, schemaVersion: 1, ...output }, (key, value) =>
    key.endsWith('At') && typeof value === 'number' ? formatInstant(value) : value,
  )
}
