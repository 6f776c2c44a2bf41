import type { DiskFault } from '../../disk/index.ts'
import { chosenMoment, type ParametersOf, wholeNumber } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { atMoment, DISK_STEPS, endsAfter, howLong, whenHostMet } from '../striking.ts'

const domains = {
  free: wholeNumber('bytes that are left', {
    min: 0,
    max: 2 ** 50,
    usual: 0,
    drawn: { min: 0, max: 65_536 },
  }),
  seconds: howLong(60),
  at: chosenMoment('from when on; by default as the first step that fetches begins', [
    'selects',
    'preflight',
    ...DISK_STEPS,
  ]),
}

function fill(site: FaultSite, { free, seconds, at }: ParametersOf<typeof domains>): void {
  whenHostMet(site, 'disk-full')
  const { disk } = site.host
  const looks: DiskFault = {
    kind: 'watched',
    meets({ method, path }) {
      if (method === 'space') site.fired(`${free} bytes were left at ${path}`)
      return 'perform'
    },
    fork: () => looks,
  }
  atMoment(site, at, 'fetches', () => {
    const giveBack = site.host.fillDisk(free)
    disk.addFault(looks)
    endsAfter(site, seconds, () => {
      giveBack()
      disk.removeFault(looks)
    })
  })
}

/** Somebody else fills the recovery host's disk; later the space is given back. */
export const fullDisk = defineFault({
  kind: 'full-disk',
  verb: "fill the recovery host's disk",
  strikes: 'host',
  when: 'from a moment of the run on',
  targets: ['sim'],
  domains,
  outcome: () => 'resume',
  survival:
    'What did not fit is not taken for whole: the run ends, saying so, and is resumed when there is room.',
  excuses: () => excusesDelay(null),
  planSource: null,
  strike: fill,
})
