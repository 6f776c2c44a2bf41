import { type DiskFault, MisdirectedWrite } from '../../disk/index.ts'
import { chosenMoment, type ParametersOf } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { DATA_HOME, placedPaths, STAGING } from '../placed-files.ts'
import { armDisk, atMoment } from '../striking.ts'

const domains = {
  at: chosenMoment('from when on; by default when the artefact is installed, and of what is fetched then', [
    'places',
  ]),
}

/** The write that goes astray hits a file that lies below the data home by then. */
function misdirect(site: FaultSite, { at }: ParametersOf<typeof domains>): void {
  atMoment(site, at, 'installs', () => {
    const able = placedPaths(site.host.disk, [DATA_HOME]).filter(
      ({ isDirectory, sizeBytes }) => !isDirectory && sizeBytes > 0,
    )
    if (able.length === 0) return
    const { path, sizeBytes } = site.random.split('victim').pick(able)
    const offset = site.random.split('offset').integer(0, sizeBytes - 1)
    const fault = new MisdirectedWrite({ path, offset })
    armDisk(site, at === '' ? amongFetched(fault) : fault, `a write landed at ${offset} of ${path}`)
  })
}

/** Meets writes of what is fetched, and no others. */
const amongFetched = (fault: DiskFault): DiskFault => ({
  kind: fault.kind,
  meets: (operation) => (operation.path.startsWith(STAGING) ? fault.meets(operation) : 'perform'),
  fork: () => amongFetched(fault.fork()),
})

/** The device puts one write in the middle of another file: where it belongs it is missing, and what was good is not any more. */
export const misdirectedWrite = defineFault({
  kind: 'misdirected-write',
  verb: 'put a write into another file',
  strikes: 'host',
  when: 'at the next write after a moment of the run',
  targets: ['sim'],
  domains,
  outcome: ({ at }) => (at === '' ? 'resume' : 'stop'),
  survival:
    'What was fetched is read back before it is placed: the run ends there, saying so, and fetches it again when it is resumed. What was placed already is checked by engine and gate: the run ends, saying so.',
  excuses: () => excusesDelay(null),
  planSource: null,
  strike: misdirect,
})
