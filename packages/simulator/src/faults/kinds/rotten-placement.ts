import { chosenMoment, oneOf, type ParametersOf } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { placedPaths } from '../placed-files.ts'
import { atMoment } from '../striking.ts'

const domains = {
  what: oneOf('a log segment or a checkpoint', ['segment', 'checkpoint']),
  at: chosenMoment('when; by default as the service is started', ['protects-files', 'starts']),
}

const ENDINGS = { segment: '.wal', checkpoint: '.kv' } as const

function rot(site: FaultSite, { what, at }: ParametersOf<typeof domains>): void {
  atMoment(site, at, 'starts', () => {
    const { disk } = site.host
    const able = placedPaths(disk).filter(
      ({ path, sizeBytes }) => path.endsWith(ENDINGS[what]) && sizeBytes > 0,
    )
    if (able.length === 0) return
    const { path, sizeBytes } = site.random.split('file').pick(able)
    const offset = site.random.split('offset').integer(0, sizeBytes - 1)
    const mask = Uint8Array.of(site.random.split('mask').integer(1, 255))
    disk.damage(path, {
      offset,
      mask,
      onRead: () => site.fired(`byte ${offset} of ${path} was read as another one`),
    })
  })
}

/** A byte of a placed file is read as another one after everything was verified: what the engine replays is not what was checked. */
export const rottenPlacement = defineFault({
  kind: 'rotten-placement',
  verb: 'let a placed file rot before the service reads it',
  strikes: 'host',
  when: 'between placing and starting',
  targets: ['sim'],
  domains,
  outcome: () => 'stop',
  survival:
    'The engine or the checks before the gate find it: the run ends, saying so, with no client let in; the source is whole for another host.',
  excuses: () => excusesDelay(null),
  planSource: null,
  strike: rot,
})
