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
 * SHA-256, hex, of all that a drill did and came to: every event of its journal with its time, then verdict and invariants. Inputs of
 * steps and effects are covered by their keys, which are digests of them. Two drills of the same digest wrote the same journal.
 */
export function runDigest(drill: DigestedDrill, checksums: Checksums): string {
  const { verdict, exitCode, invariants } = drill.judged
  const statuses = invariants.map(({ id, status, detail }) => [id, status, detail])
  const events = drill.events.map(withoutInput)
  const text = JSON.stringify([events, verdict.kind, verdict.reason, exitCode, statuses])
  return checksums.sha256Hex(utf8Encode(text))
}

/** The long inputs are most of a journal, and told a second time by keys. */
function withoutInput({ at, event }: TimedEvent): readonly unknown[] {
  if (event.type !== 'step-started' && event.type !== 'effect-intended') return [at, event]
  const { input, ...rest } = event
  return [at, rest]
}

/** SHA-256 of a run's index (decimal), a colon and its digest (hex): what is summed over an exploration. */
export const indexedDigest = (index: number, digest: string, checksums: Checksums): string =>
  checksums.sha256Hex(utf8Encode(`${index}:${digest}`))
