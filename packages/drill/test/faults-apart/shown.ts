import { FAULTS } from '@dr-drill/simulator'

/** Where a kind shows itself best with other parameters than its own defaults. */
const SHOWN: Readonly<Record<string, string>> = {
  'denied-verb': 'denied-verb:verb=list',
  'held-requests': 'held-requests:place=dns',
  'lost-answers': 'lost-answers:place=old-primary',
  'slow-store': 'slow-store:delayMs=20000',
  'slow-link': 'slow-link:bytesPerSecond=10000000',
  'stale-replica': 'stale-replica:minutes=400',
  'torn-segment': 'torn-segment:copies=all',
  'swapped-segments': 'swapped-segments:sidecars=true',
}

/** Each kind of fault as `--fault` takes it, with the parameters of its committed scenario. */
export const SHOWN_FAULTS: readonly (readonly [kind: string, text: string])[] = FAULTS.map(({ kind }) => [
  kind,
  SHOWN[kind] ?? kind,
])

/**
 * Kinds whose drills differ only since their scenarios strike at different places: at the same place a run notices the same. The first
 * of each group counts.
 */
export const ALIKE: readonly (readonly string[])[] = [['cut-link', 'held-requests', 'lost-answers']]
