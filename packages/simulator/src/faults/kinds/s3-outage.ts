import { z } from 'zod'
import { defineFault } from '../fault-kind.ts'
import { stepId, wholeNumber } from '../parameters.ts'

const parameters = z.strictObject({
  seconds: z.union([z.literal('endless'), wholeNumber(1, 86_400)]).default(3),
  step: stepId.default(''),
  store: z.enum(['all', 'source', 'archive']).default('all'),
})
/** How long which store is away. */
export type OutageParameters = z.infer<typeof parameters>

/** Every connection to the object store is reset: for some seconds of drill time, or until the run has ended. */
export const s3Outage = defineFault<OutageParameters>({
  kind: 's3-outage',
  verb: 'let the object store go away',
  strikes: 'store-requests',
  when: 'when the first step that fetches begins, or the one named',
  parameters,
  describe: [
    { name: 'seconds', meaning: 'how long, in seconds (default 3), or endless' },
    { name: 'step', meaning: 'with which step it begins; default the first that fetches' },
    { name: 'store', meaning: 'all (default), source or archive' },
  ],
  outcome: ({ seconds }) => (seconds === 'endless' ? 'refuse' : 'recover'),
  survival:
    'Shorter than the patience: waited out. Endless: refused while nothing was placed; later the run fails and can be resumed.',
})
