import { oneOf, type ParametersOf } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { whenHostMet } from '../striking.ts'

const MEBIBYTE = 1024 * 1024

const domains = {
  what: oneOf('of what it has too little', ['cores', 'memory', 'disk', 'link']),
}

function shrink(site: FaultSite, { what }: ParametersOf<typeof domains>): void {
  whenHostMet(site, 'facts-read')
  if (what === 'cores') site.host.resize({ cpuCores: 2 })
  else if (what === 'memory') site.host.resize({ memoryBytes: 2_048 * MEBIBYTE })
  else if (what === 'link') site.host.resize({ linkBitsPerSecond: 100_000_000 })
  else site.host.fillDisk(1_024 * MEBIBYTE)
}

/** Whoever provided the recovery host took a smaller one than the procedure asks for; it will not grow. */
export const smallHost = defineFault({
  kind: 'small-host',
  verb: 'provide a recovery host that is too small',
  strikes: 'host',
  when: 'before the run begins',
  targets: ['sim'],
  domains,
  outcome: () => 'refuse',
  survival: 'It is looked at before anything is done: refused, saying what is missing, with nothing changed.',
  excuses: () => excusesDelay(null),
  planSource: null,
  strike: shrink,
})
