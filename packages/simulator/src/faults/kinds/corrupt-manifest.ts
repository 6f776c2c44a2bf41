import { type ParametersOf, wholeNumber } from '../domains/index.ts'
import { defineFault, NO_EXCUSE } from '../fault-kind.ts'
import { type PlanSource, watch } from '../source-plan.ts'
import { strikePlan } from '../strike-plan.ts'

/** The line with the signature is longer than this. */
const STRUCK_BYTES = 200

const domains = {
  backups: wholeNumber('of how many of the newest', {
    min: 1,
    max: 1_000,
    usual: 1,
    drawn: { min: 1, max: 2 },
  }),
}

const planCorruptManifest: PlanSource<ParametersOf<typeof domains>> = ({ backups }, contents, random) => {
  const alterations = contents.backups.slice(0, backups).map(({ name }) => {
    const own = random.split(name)
    const offset = own.integer(0, STRUCK_BYTES - 1)
    return { kind: 'flip' as const, key: contents.manifestKey(name), offset, mask: own.integer(1, 255) }
  })
  return {
    alterations,
    rules: [watch(alterations.map(({ key }) => key))],
    detail: `flipped ${alterations.map(({ key, offset }) => `byte ${offset} of ${key}`).join(', ')}`,
  }
}

/** One byte of the record that makes a backup complete is another one: it cannot be read, or its signature is none. */
export const corruptManifest = defineFault({
  kind: 'corrupt-manifest',
  verb: "flip a byte of a backup's manifest at rest",
  strikes: 'stored-objects',
  when: 'before the run begins',
  targets: ['sim', 'local'],
  domains,
  outcome: () => 'recover',
  survival: 'The backup is refused with the reason; an older one with the archived log holds the same.',
  excuses: () => NO_EXCUSE,
  planSource: planCorruptManifest,
  strike: strikePlan(planCorruptManifest),
})
