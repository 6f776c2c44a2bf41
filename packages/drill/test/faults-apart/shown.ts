import { FAULTS } from '@dr-drill/simulator'

/** Where a kind shows itself best with other parameters than its own defaults. */
const SHOWN: Readonly<Record<string, string>> = {
  'denied-verb': 'denied-verb:verb=list',
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
