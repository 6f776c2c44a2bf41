import { OperatingError } from '@dr-drill/runbook-core'
import { oneOf, type ParametersOf, truth } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import { type PlanSource, type SourceContents, soleSegments } from '../source-plan.ts'
import { strikePlan } from '../strike-plan.ts'

const domains = {
  where: oneOf('a file of the newest backup, its manifest, a segment of the archive or its sidecar', [
    'backup',
    'manifest',
    'archive',
    'sidecar',
  ]),
  lasting: truth('whether it happens every time; else once'),
}
type Parameters = ParametersOf<typeof domains>

const planTruncatedObject: PlanSource<Parameters> = (given, contents, random) => {
  const able = candidates(given, contents).filter(({ sizeBytes }) => sizeBytes > 0)
  if (able.length === 0)
    throw new OperatingError('usage-invalid', `truncated-object: the ${given.where} has no bytes to cut`)
  const { key, sizeBytes } = random.split('object').pick(able)
  const cutAt = random.split('cut').integer(0, sizeBytes - 1)
  return {
    alterations: [],
    rules: [
      {
        operations: ['GetObject'],
        keys: [key],
        action: { kind: 'truncate-body', sizeBytes: cutAt },
        times: given.lasting ? null : 1,
      },
    ],
    detail: `${key} was cut after ${cutAt} bytes${given.lasting ? ' every time' : ' once'}`,
  }
}

function candidates({ where }: Parameters, contents: SourceContents) {
  const { backups, segments, manifestKey } = contents
  if (where === 'archive') return soleSegments(contents)
  // The sizes of these documents stand nowhere; their first byte is enough to lose.
  if (where === 'manifest') return [{ key: manifestKey(backups[0].name), sizeBytes: 1 }]
  // The newest segment has no successor that would vouch for it.
  if (where === 'sidecar')
    return segments.slice(0, -1).map(({ key }) => ({ key: `${key}.json`, sizeBytes: 1 }))
  return backups[0].files.filter(({ role }) => role !== 'metadata')
}

/** An object's body ends before its announced length and the connection closes: once, or every time it is asked for. */
export const truncatedObject = defineFault({
  kind: 'truncated-object',
  verb: 'cut off the body of an object on the wire',
  strikes: 'store-requests',
  when: 'when the object is fetched',
  targets: ['sim', 'local'],
  domains,
  outcome: ({ where, lasting }) => (where === 'archive' && lasting ? 'refuse' : 'recover'),
  survival:
    'A second request, an older backup with the archived log, or for a sidecar its successor says the same; refused only when the archive never gives its copy.',
  excuses: ({ where, lasting }) =>
    where === 'archive' && lasting ? { delayMs: 0, lossMs: null } : excusesDelay(lasting ? 900_000 : 60_000),
  planSource: planTruncatedObject,
  strike: strikePlan(planTruncatedObject),
})
