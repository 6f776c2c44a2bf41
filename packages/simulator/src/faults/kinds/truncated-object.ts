import { OperatingError } from '@dr-drill/runbook-core'
import { z } from 'zod'
import { defineFault } from '../fault-kind.ts'
import { truth } from '../parameters.ts'
import { type PlanSource, type SourceContents, soleSegments } from '../source-plan.ts'

const parameters = z.strictObject({
  where: z.enum(['backup', 'manifest', 'archive', 'sidecar']).default('backup'),
  lasting: truth.default(false),
})
type Parameters = z.infer<typeof parameters>

/** An object's body ends before its announced length and the connection closes: once, or every time it is asked for. */
export const truncatedObject = defineFault<Parameters>({
  kind: 'truncated-object',
  verb: 'cut off the body of an object on the wire',
  strikes: 'store-requests',
  when: 'when the object is fetched',
  parameters,
  describe: [
    {
      name: 'where',
      meaning: 'backup (default: a file of the newest), manifest (its own), archive (a segment) or sidecar',
    },
    { name: 'lasting', meaning: 'true: every time; default false: once' },
  ],
  outcome: ({ where, lasting }) => (where === 'archive' && lasting ? 'refuse' : 'recover'),
  survival:
    'A second request, an older backup with the archived log, or for a sidecar its successor says the same; refused only when the archive never gives its copy.',
})

/** Decides which object is cut off, and after how many bytes. */
export const planTruncatedObject: PlanSource<Parameters> = (given, contents, random) => {
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
