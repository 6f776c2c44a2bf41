import { OperatingError } from '@dr-drill/runbook-core'
import { z } from 'zod'
import { defineFault } from '../fault-kind.ts'
import { truth, wholeNumber } from '../parameters.ts'
import type { PlanSource, SourceContents } from '../source-plan.ts'

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
  outcome: ({ where, lasting }) => (where === 'archive' && lasting ? 'refuse' : 'recover'),
  survival:
    'A second request or an older backup with the archived log holds the same; refused only when the archive never gives its copy.',
})

/** Decides which objects never arrived. */
export const planPartialSync: PlanSource<Parameters> = (given, contents, random) => {
  const able = candidates(given, contents)
  const drawn = random.split('files').shuffle(able)
  const listed = given.how === 'listing'
  const keys = (listed && given.where === 'archive' ? apart(drawn, able) : drawn).slice(0, given.files)
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

/** No two neighbours: a segment that is not listed is vouched for by the one that follows it. */
function apart(drawn: readonly string[], inOrder: readonly string[]): readonly string[] {
  const taken: string[] = []
  for (const key of drawn) {
    const at = inOrder.indexOf(key)
    if (![inOrder[at - 1], inOrder[at + 1]].some((other) => other !== undefined && taken.includes(other)))
      taken.push(key)
  }
  return taken
}

/** The archive's newest segment is left alone: nobody could tell that it was ever there. */
function candidates({ where }: Parameters, { backups, segments }: SourceContents): readonly string[] {
  if (where === 'archive') return segments.slice(0, -1).map(({ key }) => key)
  return backups[0].files.filter(({ role }) => role !== 'metadata').map(({ key }) => key)
}
