import { readFileSync } from 'node:fs'
import { ActionRegistry, actionsFor, type Middleware, plan } from '@dr-drill/runbook-core'
import { stemedbPack } from '@dr-drill/runbook-core/stemedb'
import { loadRunbook } from '@dr-drill/runbook-core/yaml'
import {
  BlobMemory,
  type Disaster,
  PRODUCTION_ASSERTIONS,
  PRODUCTION_SEGMENT_BYTES,
  type PreparedRunbook,
  type Production,
  parseFault,
  recordProduction,
  rememberingChecksums,
  type SimulationOptions,
} from '@dr-drill/simulator'
import { nativeChecksums, nativeS3Digests } from '@dr-drill/simulator/server'

const ARTIFACT = 'artifacts/stemedb-api-0.1.0'
const RUNBOOK = readFileSync('fixtures/runbooks/full-restore.yaml', 'utf8')
const productions = new Map<string, Production>()

/** A small production, lived once. Its segments are small, too, so that its archive has some. */
export const smallProduction = (seed = 5, assertions = 90): Production => livedOnce(seed, assertions, 1024)

/** The production that explorations drill: about 500 objects at its end. */
export const standardProduction = (seed: number): Production =>
  livedOnce(seed, PRODUCTION_ASSERTIONS, PRODUCTION_SEGMENT_BYTES)

function livedOnce(seed: number, assertions: number, segmentSizeBytes: number): Production {
  const name = `${seed}/${assertions}/${segmentSizeBytes}`
  const known = productions.get(name)
  if (known !== undefined) return known
  const production = recordProduction({
    seed,
    assertions,
    checksums: nativeChecksums,
    digests: nativeS3Digests,
    engineVersion: '0.1.0',
    artifacts: [{ key: ARTIFACT, bytes: readFileSync(`fixtures/${ARTIFACT}`) }],
    segmentSizeBytes,
  })
  productions.set(name, production)
  return production
}

/** Drills share what they compute of blobs; test/determinism holds that this changes nothing. */
const checksums = rememberingChecksums(nativeChecksums, new BlobMemory())
const pack = stemedbPack({
  checksums,
  units: { opsCommand: ['/opt/dr-drill/bin/dr-drill', 'ops'] },
})
const actions = new ActionRegistry(actionsFor(pack))

/** The shipped runbook, or a changed one: each change replaces a text that stands in it. */
export function prepared(
  params: Readonly<Record<string, string>>,
  changes: readonly (readonly [from: string, to: string])[] = [],
): PreparedRunbook {
  let text = RUNBOOK
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`the runbook has no ${from}`)
    text = text.replace(from, to)
  }
  const runbook = loadRunbook(text, {
    registry: actions,
    checksums,
    params,
    profile: 'sim',
    file: 'full-restore',
  })
  return { runbook, actions, pack, plan: plan(runbook, { registry: actions }) }
}

/** What a drill of these tests differs in. */
export interface DrillGiven {
  readonly seed?: number
  readonly production?: Production
  readonly failureAt?: number
  readonly disaster?: Disaster['kind']
  /** As on a command line. */
  readonly faults?: readonly string[]
  readonly changes?: readonly (readonly [from: string, to: string])[]
  readonly params?: Readonly<Record<string, string>>
  readonly mistakes?: (step: string) => Middleware
  readonly more?: Partial<SimulationOptions>
}

/** Options of a drill: the default one is of a lost server and has no faults. */
export function drillOptions(given: DrillGiven = {}): SimulationOptions {
  const production = given.production ?? smallProduction()
  return {
    prepared: prepared({ 'trust-key': production.trustKey, ...given.params }, given.changes),
    checksums,
    digests: nativeS3Digests,
    seed: given.seed ?? 1,
    faults: (given.faults ?? []).map(parseFault),
    production,
    failureAt: given.failureAt ?? production.endsAt,
    disaster: { kind: given.disaster ?? 'server', detectionMs: 120_000, declarationMs: 60_000 },
    ledgerGiven: true,
    trusted: true,
    draws: null,
    ...(given.mistakes === undefined ? {} : { mistakes: given.mistakes }),
    ...given.more,
  }
}
