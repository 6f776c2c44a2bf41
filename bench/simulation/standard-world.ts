import { readFileSync } from 'node:fs'
import { ActionRegistry, actionsFor, type Checksums, plan } from '@dr-drill/runbook-core'
import { stemedbPack } from '@dr-drill/runbook-core/stemedb'
import { loadRunbook } from '@dr-drill/runbook-core/yaml'
import { type Production, recordProduction, type SimulatedDrill, simulateDrill } from '@dr-drill/simulator'
import { nativeChecksums, nativeS3Digests } from '@dr-drill/simulator/server'

const ARTIFACT = 'artifacts/stemedb-api-0.1.0'

/** The production that is drilled: about 500 objects in its bucket. */
export function standardProduction(assertions: number): Production {
  return recordProduction({
    seed: 5,
    assertions,
    checksums: nativeChecksums,
    digests: nativeS3Digests,
    engineVersion: '0.1.0',
    artifacts: [{ key: ARTIFACT, bytes: readFileSync(`fixtures/${ARTIFACT}`) }],
  })
}

/** Performs drills of a production with the shipped runbook, all checkers on. Checksums with a memory remember. */
export function driller(production: Production, checksums: Checksums): (seed: number) => SimulatedDrill {
  const pack = stemedbPack({ checksums, units: { opsCommand: ['/opt/dr-drill/bin/dr-drill', 'ops'] } })
  const actions = new ActionRegistry(actionsFor(pack))
  const runbook = loadRunbook(readFileSync('fixtures/runbooks/full-restore.yaml', 'utf8'), {
    registry: actions,
    checksums,
    params: { 'trust-key': production.trustKey },
    profile: 'sim',
    file: 'full-restore',
  })
  const prepared = { runbook, actions, pack, plan: plan(runbook, { registry: actions }) }
  return (seed) =>
    simulateDrill({
      prepared,
      checksums,
      digests: nativeS3Digests,
      seed,
      faults: [],
      production,
      failureAt: production.endsAt,
      disaster: { kind: 'server', detectionMs: 60_000, declarationMs: 60_000 },
      ledgerGiven: true,
      trusted: true,
      draws: null,
    })
}
