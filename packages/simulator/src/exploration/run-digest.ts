import { type Checksums, type TimedEvent, utf8Encode } from '@dr-drill/runbook-core'

/** What a digest covers of a drill. */
export interface DigestedDrill {
  readonly events: readonly TimedEvent[]
  readonly judged: {
    readonly verdict: { readonly kind: string; readonly reason: string }
    readonly exitCode: number
    readonly invariants: readonly { readonly id: string; readonly status: string; readonly detail: string }[]
  }
}

/**
 * SHA-256, hex, of all that a drill did and came to: every event of its journal with its time, then verdict and invariants. Two drills of
 * the same digest wrote the same journal.
 */
export function runDigest(drill: DigestedDrill, checksums: Checksums): string {
  const { verdict, exitCode, invariants } = drill.judged
  const statuses = invariants.map(({ id, status, detail }) => [id, status, detail])
  const text = JSON.stringify([drill.events, verdict.kind, verdict.reason, exitCode, statuses])
  return checksums.sha256Hex(utf8Encode(text))
}

/** SHA-256 of a run's index (decimal), a colon and its digest (hex): what is summed over an exploration. */
export const indexedDigest = (index: number, digest: string, checksums: Checksums): string =>
  checksums.sha256Hex(utf8Encode(`${index}:${digest}`))
