import { oneOf, type ParametersOf } from '../domains/index.ts'
import { defineFault, NO_EXCUSE } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { drawStruckSegment } from '../source-plan.ts'
import { bytesNow, firesWhenAsked, replaceForGood } from '../strike-objects.ts'
import { decidedOrNull } from '../strike-plan.ts'

const domains = { copies: oneOf('one of several, or all', ['one', 'all']) }

function tear(site: FaultSite, { copies }: ParametersOf<typeof domains>): void {
  const struck = decidedOrNull(() => drawStruckSegment('torn-segment', copies, site.contents, site.random))
  if (struck === null) return
  const { segment, keys } = struck
  const sizeBytes = site.random.split('size').integer(1, segment.sizeBytes - 1)
  for (const key of keys) {
    const bytes = bytesNow(site, key)
    if (bytes !== null) replaceForGood(site, key, bytes.slice(0, sizeBytes))
  }
  firesWhenAsked(site, keys, `${keys.join(', ')} ended after ${sizeBytes} of ${segment.sizeBytes} bytes`)
}

/**
 * A log segment was uploaded without its end, and believed: the store is content with what it has, and lists it with its size. Only the
 * sidecar, or the manifest, knows how much there was.
 */
export const tornSegment = defineFault({
  kind: 'torn-segment',
  verb: 'upload a log segment without its end',
  strikes: 'stored-objects',
  when: 'before the run begins',
  targets: ['sim'],
  domains,
  outcome: ({ copies }) => (copies === 'one' ? 'recover' : 'refuse'),
  survival:
    'Any other copy restores all. With none left: refused by range; with the loss accepted, exactly what follows is lost.',
  excuses: ({ copies }) => (copies === 'one' ? NO_EXCUSE : { delayMs: 0, lossMs: null }),
  planSource: null,
  strike: tear,
})
