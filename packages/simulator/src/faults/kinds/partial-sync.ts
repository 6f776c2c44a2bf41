import { OperatingError } from '@dr-drill/runbook-core'
import { z } from 'zod'
import { defineFault } from '../fault-kind.ts'
import { truth, wholeNumber } from '../parameters.ts'
import { type PlanSource, type SourceContents, soleSegments } from '../source-plan.ts'

const parameters = z.strictObject({
  how: z.enum(['transfer', 'listing']).default('transfer'),
  where: z.enum(['backup', 'archive']).default('backup'),
  files: wholeNumber(1, 10_000).default(1),
  lasting: truth.default(false),
})
type Parameters = z.infer<typeof parameters>

/**
 * A synchronisation that ends without error and without some files: the store answers as if they were not there, once for each or
 * for as long as the run lasts. `transfer` loses them when they are fetched, `listing` when they are listed.
 */
export const partialSync = defineFault<Parameters>({
  kind: 'partial-sync',
  verb: 'synchronise a backup and lose files on the way',
  strikes: 'store-requests',
  when: 'whenever the files are listed or fetched',
  parameters,
  describe: [
    { name: 'how', meaning: 'transfer (default) or listing' },
    { name: 'where', meaning: 'backup (default: the newest) or archive' },
    { name: 'files', meaning: 'how many, drawn from the seed; default 1' },
    { name: 'lasting', meaning: 'true: they never come; default false: the next request finds them' },
  ],
  outcome: ({ how, where, lasting }) =>
    how === 'transfer' && where === 'archive' && lasting ? 'refuse' : 'recover',
  survival:
    'A second request, a request by name, or an older backup with the archived log brings the same; refused only when the archive never gives its copy.',
})

/** Decides which objects never arrived. */
export const planPartialSync: PlanSource<Parameters> = (given, contents, random) => {
  const keys = random.split('files').shuffle(candidates(given, contents)).slice(0, given.files)
  const listed = given.how === 'listing'
  if (keys.length === 0)
    throw new OperatingError('usage-invalid', `partial-sync: the ${given.where} has nothing to lose`)
  const times = given.lasting ? null : 1
  // A segment that is not listed has no sidecar listed either.
  const hidden = listed && given.where === 'archive' ? keys.flatMap((key) => [key, `${key}.json`]) : keys
  return {
    alterations: [],
    rules: [
      listed
        ? { operations: ['ListObjectsV2'], keys: hidden, action: { kind: 'hide', keys: [] }, times }
        : { operations: ['GetObject'], keys, action: { kind: 'respond', code: 'NoSuchKey' }, times },
    ],
    detail: `${listed ? 'listings' : 'transfers'} left out ${keys.join(', ')}`,
  }
}

/** A transfer that lasts must have been of the only copy, or nothing would come of it. */
function candidates({ how, where }: Parameters, contents: SourceContents): readonly string[] {
  if (where === 'archive')
    return (how === 'listing' ? contents.segments : soleSegments(contents)).map(({ key }) => key)
  return contents.backups[0].files.filter(({ role }) => role !== 'metadata').map(({ key }) => key)
}
