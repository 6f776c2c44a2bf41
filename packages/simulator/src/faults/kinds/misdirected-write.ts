import { MisdirectedWrite } from '../../disk/index.ts'
import { chosenMoment, type ParametersOf } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { DATA_HOME, placedPaths } from '../placed-files.ts'
import { armDisk, atMoment } from '../striking.ts'

const domains = { at: chosenMoment('from when on; by default when the artefact is installed', ['places']) }

/** The write that goes astray hits a file that lies below the data home by then. */
function misdirect(site: FaultSite, { at }: ParametersOf<typeof domains>): void {
  atMoment(site, at, 'installs', () => {
    const able = placedPaths(site.host.disk, [DATA_HOME]).filter(
      ({ isDirectory, sizeBytes }) => !isDirectory && sizeBytes > 0,
    )
    if (able.length === 0) return
    const { path, sizeBytes } = site.random.split('victim').pick(able)
    const offset = site.random.split('offset').integer(0, sizeBytes - 1)
    armDisk(site, new MisdirectedWrite({ path, offset }), `a write landed at ${offset} of ${path}`)
  })
}

/** The device puts one write in the middle of another file: where it belongs it is missing, and what was good is not any more. */
export const misdirectedWrite = defineFault({
  kind: 'misdirected-write',
  verb: 'put a write into another file',
  strikes: 'host',
  when: 'at the next write after a moment of the run',
  targets: ['sim'],
  domains,
  outcome: () => 'stop',
  survival:
    'What was fetched is read back before it is placed, what was placed is checked by engine and gate: the run ends, saying so.',
  excuses: () => excusesDelay(null),
  planSource: null,
  strike: misdirect,
})
