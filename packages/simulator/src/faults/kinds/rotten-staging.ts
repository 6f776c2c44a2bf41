import { STEMEDB_PATHS } from '@dr-drill/runbook-core/stemedb'
import { oneOf, type ParametersOf, stepName } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { placedPaths } from '../placed-files.ts'

/** Where the shipped runbooks keep what they have fetched. */
const STAGING = `${STEMEDB_PATHS.home}/.incoming`
const ENDINGS = { segment: '.wal', checkpoint: '.kv' } as const

const domains = {
  what: oneOf('a log segment or a checkpoint', ['segment', 'checkpoint']),
  step: stepName('before which step; by default the first that verifies', ['verifies']),
}

function rot(site: FaultSite, { what, step: named }: ParametersOf<typeof domains>): void {
  const step = named === '' ? site.stepThat('verifies') : named
  if (step === null) return
  site.at({ at: 'step-begins', step }, () => {
    const { disk } = site.host
    const able = placedPaths(disk, [STAGING]).filter(
      ({ path, sizeBytes }) => path.endsWith(ENDINGS[what]) && sizeBytes > 0,
    )
    if (able.length === 0) return
    const { path, sizeBytes } = site.random.split('file').pick(able)
    const offset = site.random.split('offset').integer(0, sizeBytes - 1)
    const mask = Uint8Array.of(site.random.split('mask').integer(1, 255))
    const onRead = () => site.fired(`byte ${offset} of ${path} was read as another one`)
    disk.damage(path, { offset, mask, onRead })
  })
}

/** A byte of what was fetched is read as another one from the recovery host's disk, before it was verified. */
export const rottenStaging = defineFault({
  kind: 'rotten-staging',
  verb: 'let a fetched file rot before it is verified',
  strikes: 'host',
  when: 'before a step that verifies',
  targets: ['sim'],
  domains,
  outcome: () => 'stop',
  survival:
    'Everything is read back before the first file is placed: the run ends, saying so, with nothing placed; the source is whole for another host.',
  excuses: () => excusesDelay(null),
  planSource: null,
  strike: rot,
})
