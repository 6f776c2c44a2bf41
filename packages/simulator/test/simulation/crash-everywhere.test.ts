import type { Call, RuntimeHooks } from '@dr-drill/runbook-core'
import {
  checkDrill,
  type DrillTruth,
  type Production,
  RandomStream,
  type SimulationOptions,
  Survey,
} from '@dr-drill/simulator'
import { expect, test } from 'vitest'
import { liveThrough } from '../../src/simulation/simulate-drill.ts'
import type { SimulatedWorld } from '../../src/simulation/simulated-world.ts'
import { drillOptions, smallProduction, standardProduction } from './lab.ts'

const LONG = process.env.DRILL_TEST_LONG === '1'
const SEED = Number(process.env.DRILL_TEST_SEED)
/** Places that `npm test` tries of each kind; the long run tries them all. */
const SAMPLE = 12

/** A world whose restore is cut short. */
class World {
  readonly objects: number
  readonly options: () => SimulationOptions
  readonly undisturbed: ReturnType<typeof liveThrough>
  /** How many effects of it leave something behind. */
  readonly effects: number

  constructor(objects: number, production: Production) {
    this.objects = objects
    this.options = () => drillOptions({ production })
    this.undisturbed = liveThrough(this.options())
    const counter = atEffect(null, () => {})
    liveThrough(this.options(), () => counter.hooks)
    this.effects = counter.count
  }
}

/** How a drill is cut short. */
type Crash = 'process death' | 'power loss'

function strike(world: SimulatedWorld, crash: Crash): void {
  world.run.kill(crash === 'process death' ? 1_000 : 90_000)
  if (crash === 'power loss') world.host.machine.losePower(30_000)
}

/**
 * Calls the n-th time an effect is about to happen that leaves something behind: dying at one that only reads is dying at the next that
 * does not. Counts over all processes of the run.
 */
function atEffect(
  wanted: number | null,
  happens: () => void,
): { readonly hooks: RuntimeHooks; count: number } {
  const counter = {
    count: 0,
    hooks: {
      beforeCall(call: Call<unknown>) {
        if (call.access === 'read') return
        counter.count += 1
        if (counter.count === wanted) happens()
      },
    },
  }
  return counter
}

/** What a run leaves, but for what is drawn anew by each process: the new history's name, and what is written under it. */
function leftBy({ served, files }: DrillTruth) {
  const names = (path: string): string[] => files.list({ path }).map(({ name }) => name)
  const tree = (path: string): string[] =>
    names(path).flatMap((name) => {
      const below = `${path}/${name}`
      const stat = files.stat({ path: below })
      const line = `${below} ${stat?.mode.toString(8)} ${stat?.owner}:${stat?.group}`
      return stat?.type === 'directory' ? [line, ...tree(below)] : [line]
    })
  return { served, installed: [...tree('/opt'), ...tree('/etc')], db: names('/var/lib/stemedb/db').length }
}

const small = new World(40, smallProduction(3, 24))
const worlds = LONG ? [small, new World(500, standardProduction(3))] : [small]

test('the undisturbed runs restore their worlds, which have about as many objects', () => {
  for (const { undisturbed, objects, effects } of worlds) {
    expect(checkDrill(undisturbed.truth).status).toBe('passed')
    const { length } = undisturbed.world.stores.source.keys()
    expect(Math.abs(length - objects) / objects).toBeLessThan(0.3)
    expect(effects).toBeGreaterThan(300)
  }
})

function places(label: string, count: number): readonly number[] {
  const all = Array.from({ length: count }, (_, index) => index + 1)
  if (LONG) return all
  return RandomStream.fromSeed(SEED).split(label).shuffle(all).slice(0, SAMPLE)
}

test.each(
  worlds.flatMap((world) => [
    [world.objects, 'process death', world] as const,
    [world.objects, 'power loss', world] as const,
  ]),
)(
  'full restore of %i objects, %s at its effects: the resumed run ends as the undisturbed one',
  (_, crash, { options, undisturbed, effects }) => {
    for (const place of places(`${crash} ${effects}`, effects)) {
      const where = `${crash} before effect ${place} of ${effects}, seed ${SEED}`
      const { world, truth } = liveThrough(
        options(),
        (living) => atEffect(place, () => strike(living, crash)).hooks,
      )
      expect(world.run.deaths, where).toBeGreaterThan(0)
      expect(checkDrill(truth).violations, where).toEqual([])
      expect(truth.judged.verdict.kind, where).toBe(undisturbed.truth.judged.verdict.kind)
      expect(leftBy(truth), where).toEqual(leftBy(undisturbed.truth))
    }
  },
  7_200_000,
)

/** Lets a restored host's timers tick, and something happen at the n-th effect of the service that one of them runs. */
function ticking(service: string, wanted: number | null, happens: (world: SimulatedWorld) => void) {
  const { world } = liveThrough(small.options())
  const counter = atEffect(wanted, () => happens(world))
  world.processes.hooksOf = (name) => (name === service ? counter.hooks : undefined)
  world.processes.pass(7 * 3_600_000)
  return { world, counted: counter.count }
}

/** How far a restore from the host's own archive would reach. */
function archiveReach({ stores }: SimulatedWorld): number | null {
  const { archive, source } = stores
  const artifacts = source.keys().filter((key) => key.startsWith('artifacts/'))
  const bytes = (key: string) =>
    (archive.versions(key)[0] ?? source.versions(key)[0])?.bytes ?? new Uint8Array(0)
  return new Survey({ keys: [...archive.keys(), ...artifacts], bytes }).reach(() => true, true)
}

test.each([
  ['stemedb-archive-wal.service', 'process death'],
  ['stemedb-archive-wal.service', 'power loss'],
  ['stemedb-backup.service', 'process death'],
  ['stemedb-backup.service', 'power loss'],
] as const)(
  'timers of a restored host, %s, %s at its effects: later runs make the archive whole',
  (service, crash) => {
    const whole = ticking(service, null, () => {})
    const wanted = archiveReach(whole.world)
    expect(whole.counted).toBeGreaterThan(0)
    const firstRun = Math.min(whole.counted, 60)
    for (const place of places(`${service} ${crash}`, firstRun).slice(0, LONG ? firstRun : 4)) {
      const { world } = ticking(service, place, (living) => {
        if (crash === 'power loss') living.host.machine.losePower(30_000)
        else living.host.machine.control.crashService(service)
      })
      const where = `${crash} at effect ${place} of ${service}, seed ${SEED}`
      expect(world.host.engine(), where).not.toBeNull()
      expect(archiveReach(world), where).toBe(wanted)
    }
  },
  3_600_000,
)
