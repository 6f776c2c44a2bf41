import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  ActionRegistry,
  actionsFor,
  type Checksums,
  type Middleware,
  plan,
  Settle,
  type Task,
} from '@dr-drill/runbook-core'
import { stemedbPack } from '@dr-drill/runbook-core/stemedb'
import { loadRunbook } from '@dr-drill/runbook-core/yaml'
import {
  BlobMemory,
  type Disaster,
  type Draw,
  type Production,
  parseFault,
  RandomStream,
  RecordedDraws,
  recordProduction,
  rememberingChecksums,
} from '@dr-drill/simulator'
import { nativeChecksums, nativeS3Digests } from '@dr-drill/simulator/server'
import { liveThrough } from '../../packages/simulator/src/simulation/simulate-drill.ts'

/** What two performances of a drill are compared by. */
export interface Performed {
  readonly name: string
  readonly verdict: string
  /** SHA-256 of journal, draws, and of the disk of the restored host with the stores. */
  readonly journal: string
  readonly draws: string
  readonly image: string
}

/** A performance with all that its digests are of. */
export interface Recorded extends Performed {
  readonly drawn: readonly Draw[]
  readonly events: readonly string[]
}

interface Planned {
  readonly name: string
  readonly disaster: Disaster['kind']
  readonly faults: readonly string[]
}

/** Drills that meet disks, stores, links, clocks, deaths and disasters. */
export const DRILLS: readonly Planned[] = [
  { name: 'nothing goes wrong', disaster: 'server', faults: [] },
  { name: 'intruders, and a runner that dies', disaster: 'ransomware', faults: ['kill-runner'] },
  {
    name: 'a replica, a rotten segment and a lost power',
    disaster: 'region',
    faults: ['corrupt-segment', 'power-loss'],
  },
  {
    name: 'an old primary comes back over a bad link',
    disaster: 'data-centre',
    faults: ['returning-primary', 'lossy-link'],
  },
]

const root = fileURLToPath(new URL('../../', import.meta.url))
const ARTIFACT = 'artifacts/stemedb-api-0.1.0'
const SEED = 20_260_211

/** The production of these drills; a new one shares no blob with another. */
export const lived = (): Production =>
  recordProduction({
    seed: 8,
    assertions: 60,
    checksums: nativeChecksums,
    digests: nativeS3Digests,
    engineVersion: '0.1.0',
    artifacts: [{ key: ARTIFACT, bytes: readFileSync(`${root}fixtures/${ARTIFACT}`) }],
    segmentSizeBytes: 2048,
  })

/** Checksums that remember what they computed of blobs. */
export const remembering = (): Checksums => rememberingChecksums(nativeChecksums, new BlobMemory())

/** How a drill is performed. */
export interface How {
  /** With memory or without. */
  readonly checksums: Checksums
  /** Plants what makes two processes differ. */
  readonly canary?: boolean
}

/** Performs one of them. */
export function perform(
  production: Production,
  drill: Planned,
  { checksums, canary = false }: How,
): Recorded {
  const { name, disaster, faults } = drill
  const pack = stemedbPack({ checksums, units: { opsCommand: ['/opt/dr-drill/bin/dr-drill', 'ops'] } })
  const actions = new ActionRegistry(actionsFor(pack))
  const runbook = loadRunbook(readFileSync(`${root}fixtures/runbooks/full-restore.yaml`, 'utf8'), {
    registry: actions,
    checksums,
    params: { 'trust-key': production.trustKey },
    profile: 'sim',
    file: 'full-restore',
  })
  const draws = new RecordedDraws()
  const { world, truth } = liveThrough({
    prepared: { runbook, actions, pack, plan: plan(runbook, { registry: actions }) },
    checksums,
    digests: nativeS3Digests,
    seed: SEED,
    faults: faults.map(parseFault),
    production,
    failureAt: production.endsAt - 1_234_567,
    disaster: { kind: disaster, detectionMs: 61_000, declarationMs: 42_000 },
    ledgerGiven: true,
    trusted: true,
    draws,
    ...(canary ? { mistakes: dependsOnOrder(draws) } : {}),
  })
  const events = truth.events.map((event) => JSON.stringify(event))
  const image = createHash('sha256').update(world.host.disk.image(nativeChecksums.sha256()))
  for (const store of [world.stores.source, world.stores.archive]) {
    for (const key of store.keys())
      image.update(`${key} ${store.versions(key).length}`).update(store.versions(key)[0]?.bytes ?? '')
  }
  return {
    name,
    verdict: truth.judged.verdict.kind,
    journal: digestOf(events),
    draws: digestOf(draws.draws.map(({ stream, index, value }) => `${stream} ${index} ${value}`)),
    image: image.digest('hex'),
    drawn: draws.draws,
    events,
  }
}

function digestOf(lines: readonly string[]): string {
  const hash = createHash('sha256')
  for (const line of lines) hash.update(line).update('\n')
  return hash.digest('hex')
}

/**
 * A planted mistake: what is done first depends on the order in which something is iterated that other processes fill otherwise (here
 * the environment), so one more draw is made for the first that comes.
 */
function dependsOnOrder(draws: RecordedDraws): (step: string) => Middleware {
  return (step) => (call, next) => {
    if (step !== 'scan-log' || call.port !== 'FileSystem') return next(call)
    return (function* (): Task<unknown> {
      const [first = ''] = new Set(Object.entries(process.env).map(([key, value]) => `${key}=${value}`))
      RandomStream.fromSeed(SEED, draws).split(first).uint32()
      return yield* new Settle(next(call))
    })()
  }
}
