import { OperatingError } from '@dr-drill/runbook-core'
import { oneOf, type ParametersOf, truth, wholeNumber } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import { type PlanSource, type SourceContents, soleSegments } from '../source-plan.ts'
import { strikePlan } from '../strike-plan.ts'

const domains = {
  how: oneOf('where the files are lost: when they are fetched or when they are listed', [
    'transfer',
    'listing',
  ]),
  where: oneOf('whose files: of the newest backup or of the archive', ['backup', 'archive']),
  files: wholeNumber('how many, drawn from the seed', {
    min: 1,
    max: 10_000,
    usual: 1,
    drawn: { min: 1, max: 12 },
  }),
  lasting: truth('whether they never come; else the next request finds them'),
}
type Parameters = ParametersOf<typeof domains>

const planPartialSync: PlanSource<Parameters> = (given, contents, random) => {
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

/**
 * A synchronisation that ends without error and without some files: the store answers as if they were not there, once for each or
 * for as long as the run lasts. `transfer` loses them when they are fetched, `listing` when they are listed.
 */
export const partialSync = defineFault({
  kind: 'partial-sync',
  verb: 'synchronise a backup and lose files on the way',
  strikes: 'store-requests',
  when: 'whenever the files are listed or fetched',
  targets: ['sim', 'local'],
  domains,
  outcome: ({ how, where, lasting }) =>
    how === 'transfer' && where === 'archive' && lasting ? 'refuse' : 'recover',
  survival:
    'A second request, a request by name, or an older backup with the archived log brings the same; refused only when the archive never gives its copy.',
  excuses: ({ how, where, lasting }) =>
    how === 'transfer' && where === 'archive' && lasting
      ? { delayMs: 0, lossMs: null }
      : excusesDelay(lasting ? 900_000 : 60_000),
  planSource: planPartialSync,
  strike: strikePlan(planPartialSync),
})
