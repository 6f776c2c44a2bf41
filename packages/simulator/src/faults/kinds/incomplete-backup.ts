import { z } from 'zod'
import { defineFault } from '../fault-kind.ts'
import { wholeNumber } from '../parameters.ts'
import { type PlanSource, watch } from '../source-plan.ts'

const parameters = z.strictObject({ backups: wholeNumber(1, 1_000).default(1) })
type Parameters = z.infer<typeof parameters>

/**
 * The newest backups never finished: their data lies in the bucket, the manifest that would make them complete does not. An older
 * backup and the archive hold the same records, so a run must fall back. With more than there are nothing is left to restore.
 */
export const incompleteBackup = defineFault<Parameters>({
  kind: 'incomplete-backup',
  verb: 'stop the newest backup before it writes its manifest',
  strikes: 'stored-objects',
  when: 'before the run begins',
  parameters,
  describe: [{ name: 'backups', meaning: 'how many of the newest; default 1' }],
  outcome: () => 'recover',
  survival: 'An older backup with the archived log holds the same; refused only when no backup is complete.',
})

/** Removes the manifests of the newest backups. */
export const planIncompleteBackup: PlanSource<Parameters> = ({ backups }, { backups: all, manifestKey }) => {
  const keys = all.slice(0, backups).map(({ name }) => manifestKey(name))
  return {
    alterations: keys.map((key) => ({ kind: 'remove', key })),
    // A missing manifest is asked for by name, however it was found to be missing.
    rules: [{ ...watch(keys), operations: ['GetObject', 'HeadObject'] }],
    detail: `removed ${keys.join(', ')}`,
  }
}
