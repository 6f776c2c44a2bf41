import { type ParametersOf, wholeNumber } from '../domains/index.ts'
import { defineFault, NO_EXCUSE } from '../fault-kind.ts'
import { type PlanSource, watch } from '../source-plan.ts'
import { strikePlan } from '../strike-plan.ts'

const domains = {
  backups: wholeNumber('how many of the newest', { min: 1, max: 1_000, usual: 1, drawn: { min: 1, max: 2 } }),
}

/** Removes the manifests of the newest backups. */
const planIncompleteBackup: PlanSource<ParametersOf<typeof domains>> = (
  { backups },
  { backups: all, manifestKey },
) => {
  const keys = all.slice(0, backups).map(({ name }) => manifestKey(name))
  return {
    alterations: keys.map((key) => ({ kind: 'remove', key })),
    // A missing manifest is asked for by name, however it was found to be missing.
    rules: [{ ...watch(keys), operations: ['GetObject', 'HeadObject'] }],
    detail: `removed ${keys.join(', ')}`,
  }
}

/**
 * The newest backups never finished: their data lies in the bucket, the manifest that would make them complete does not. An older
 * backup and the archive hold the same records, so a run must fall back. With more than there are nothing is left to restore.
 */
export const incompleteBackup = defineFault({
  kind: 'incomplete-backup',
  verb: 'stop the newest backup before it writes its manifest',
  strikes: 'stored-objects',
  when: 'before the run begins',
  targets: ['sim', 'local'],
  domains,
  outcome: () => 'recover',
  survival: 'An older backup with the archived log holds the same; refused only when no backup is complete.',
  excuses: () => NO_EXCUSE,
  planSource: planIncompleteBackup,
  strike: strikePlan(planIncompleteBackup),
})
