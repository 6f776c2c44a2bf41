import { readFileSync } from 'node:fs'
import { generateWorld, type World } from '@dr-drill/simulator'
import { nativeChecksums, nativeS3Digests } from '@dr-drill/simulator/server'

const ARTIFACT = 'artifacts/stemedb-api-0.1.0'

/** A small world and its ledger. */
export function worldOf(seed: number): { readonly world: World; readonly ledgerText: string } {
  const lines: string[] = []
  const world = generateWorld({
    seed,
    assertions: 90,
    shiftMs: 0,
    checksums: nativeChecksums,
    digests: nativeS3Digests,
    engineVersion: '0.1.0',
    artifacts: [{ key: ARTIFACT, bytes: readFileSync(`fixtures/${ARTIFACT}`) }],
    ledger: (line) => lines.push(line),
  })
  return { world, ledgerText: lines.join('') }
}
