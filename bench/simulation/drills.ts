import { readFileSync } from 'node:fs'
import { ActionRegistry, actionsFor, plan } from '@dr-drill/runbook-core'
import { stemedbPack } from '@dr-drill/runbook-core/stemedb'
import { loadRunbook } from '@dr-drill/runbook-core/yaml'
import { generateWorld, type PreparedRunbook, simulateDrill } from '@dr-drill/simulator'
import { nativeChecksums, nativeS3Digests } from '@dr-drill/simulator/server'

const [assertions = 5000, drills = 10] = process.argv.slice(2).map(Number)
const ARTIFACT = 'artifacts/stemedb-api-0.1.0'
const lines: string[] = []
let startedAt = performance.now()
const world = generateWorld({
  seed: 5,
  assertions,
  shiftMs: 0,
  checksums: nativeChecksums,
  digests: nativeS3Digests,
  engineVersion: '0.1.0',
  artifacts: [{ key: ARTIFACT, bytes: readFileSync(`fixtures/${ARTIFACT}`) }],
  ledger: (line) => void lines.push(line),
})
const ledger = Buffer.from(lines.join(''))
console.log(`world: ${Math.round(performance.now() - startedAt)} ms`)

const pack = stemedbPack({
  checksums: nativeChecksums,
  units: { opsCommand: ['/opt/dr-drill/bin/dr-drill', 'ops'] },
})
const actions = new ActionRegistry(actionsFor(pack))
const runbook = loadRunbook(readFileSync('fixtures/runbooks/full-restore.yaml', 'utf8'), {
  registry: actions,
  checksums: nativeChecksums,
  params: { 'trust-key': world.trustKey },
  profile: 'sim',
  file: 'full-restore',
})
const prepared: PreparedRunbook = { runbook, actions, pack, plan: plan(runbook, { registry: actions }) }

startedAt = performance.now()
for (let seed = 0; seed < drills; seed += 1) {
  const { judged, lastedMs } = simulateDrill({
    prepared,
    checksums: nativeChecksums,
    digests: nativeS3Digests,
    seed,
    faults: [],
    source: world.s3.fork(),
    failureAt: world.failureAt,
    ledger,
    trusted: true,
    draws: null,
  })
  if (seed === 0) console.log(judged.verdict, lastedMs)
}
const seconds = (performance.now() - startedAt) / 1000
console.log(`${drills} drills, ${(drills / seconds).toFixed(1)} per second`)
