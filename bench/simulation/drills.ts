import { readFileSync } from 'node:fs'
import { ActionRegistry, actionsFor, plan } from '@dr-drill/runbook-core'
import { stemedbPack } from '@dr-drill/runbook-core/stemedb'
import { loadRunbook } from '@dr-drill/runbook-core/yaml'
import { type PreparedRunbook, recordProduction, simulateDrill } from '@dr-drill/simulator'
import { nativeChecksums, nativeS3Digests } from '@dr-drill/simulator/server'

const [assertions = 5000, drills = 10] = process.argv.slice(2).map(Number)
const ARTIFACT = 'artifacts/stemedb-api-0.1.0'
let startedAt = performance.now()
const production = recordProduction({
  seed: 5,
  assertions,
  checksums: nativeChecksums,
  digests: nativeS3Digests,
  engineVersion: '0.1.0',
  artifacts: [{ key: ARTIFACT, bytes: readFileSync(`fixtures/${ARTIFACT}`) }],
})
console.log(
  `production: ${Math.round(performance.now() - startedAt)} ms, ${production.writes.length} objects`,
)

const pack = stemedbPack({
  checksums: nativeChecksums,
  units: { opsCommand: ['/opt/dr-drill/bin/dr-drill', 'ops'] },
})
const actions = new ActionRegistry(actionsFor(pack))
const runbook = loadRunbook(readFileSync('fixtures/runbooks/full-restore.yaml', 'utf8'), {
  registry: actions,
  checksums: nativeChecksums,
  params: { 'trust-key': production.trustKey },
  profile: 'sim',
  file: 'full-restore',
})
const prepared: PreparedRunbook = { runbook, actions, pack, plan: plan(runbook, { registry: actions }) }

startedAt = performance.now()
for (let seed = 0; seed < drills; seed += 1) {
  const { judged, checked, lastedMs } = simulateDrill({
    prepared,
    checksums: nativeChecksums,
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
  if (seed === 0) console.log(judged.verdict, checked.status, checked.violations, checked.open, lastedMs)
}
const seconds = (performance.now() - startedAt) / 1000
console.log(`${drills} drills, ${(drills / seconds).toFixed(1)} per second`)
