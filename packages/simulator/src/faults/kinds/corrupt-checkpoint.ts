import { OperatingError } from '@dr-drill/runbook-core'
import { type ParametersOf, wholeNumber } from '../domains/index.ts'
import { defineFault, NO_EXCUSE } from '../fault-kind.ts'
import { type PlanSource, watch } from '../source-plan.ts'
import { strikePlan } from '../strike-plan.ts'

const domains = {
  backups: wholeNumber('in how many of the newest', {
    min: 1,
    max: 1_000,
    usual: 1,
    drawn: { min: 1, max: 2 },
  }),
}

const planCorruptCheckpoint: PlanSource<ParametersOf<typeof domains>> = ({ backups }, contents, random) => {
  const alterations = contents.backups.slice(0, backups).flatMap(({ name, files }) => {
    const able = files.filter(({ role, sizeBytes }) => role === 'data' && sizeBytes > 0)
    if (able.length === 0) return []
    const own = random.split(name)
    const { key, sizeBytes } = own.pick(able)
    return [{ kind: 'flip' as const, key, offset: own.integer(0, sizeBytes - 1), mask: own.integer(1, 255) }]
  })
  if (alterations.length === 0)
    throw new OperatingError('usage-invalid', 'corrupt-checkpoint: no backup has a checkpoint')
  return {
    alterations,
    rules: [watch(alterations.map(({ key }) => key))],
    detail: `flipped ${alterations.map(({ key, offset }) => `byte ${offset} of ${key}`).join(', ')}`,
  }
}

/** One byte of a checkpoint in the newest backups is another one than was written; nothing in the store knows. */
export const corruptCheckpoint = defineFault({
  kind: 'corrupt-checkpoint',
  verb: "flip a byte of a backup's checkpoint at rest",
  strikes: 'stored-objects',
  when: 'before the run begins',
  targets: ['sim', 'local'],
  domains,
  outcome: () => 'recover',
  survival:
    'Its digest differs from the manifest: an older backup with the archived log holds the same; refused only when none is whole.',
  excuses: () => NO_EXCUSE,
  planSource: planCorruptCheckpoint,
  strike: strikePlan(planCorruptCheckpoint),
})
