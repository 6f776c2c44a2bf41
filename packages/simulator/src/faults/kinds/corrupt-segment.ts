import { OperatingError } from '@dr-drill/runbook-core'
import type { RandomStream } from '../../kernel/index.ts'
import { oneOf, type ParametersOf, wholeNumber } from '../domains/index.ts'
import { defineFault, NO_EXCUSE } from '../fault-kind.ts'
import { copiesOf, type PlanSource, watch } from '../source-plan.ts'
import { strikePlan } from '../strike-plan.ts'

const domains = {
  copies: oneOf('one of several, or all', ['one', 'all']),
  segment: wholeNumber('its number; 0: drawn from the seed', {
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    usual: 0,
    drawn: { min: 0, max: 0 },
  }),
}
type Parameters = ParametersOf<typeof domains>

/** Decides which segment rots, where, and in which copies. */
const planCorruptSegment: PlanSource<Parameters> = (given, contents, random) => {
  const read = [...contents.covered, ...contents.segments]
  const able = given.copies === 'one' ? read.filter((one) => copiesOf(one, contents).length > 1) : read
  const drawn = given.copies === 'one' ? able : contents.segments
  const wanted = given.segment === 0 ? drawn : able.filter(({ number }) => number === given.segment)
  if (wanted.length === 0) throw nothingToStrike(given)
  const segment = random.split('segment').pick(wanted)
  const copies = copiesOf(segment, contents)
  const struck = given.copies === 'all' ? copies : copies.slice(0, 1)
  const alterations = struck.map((key) => flip(key, segment.sizeBytes, random.split(key)))
  return {
    alterations,
    rules: [watch(struck)],
    detail: `flipped ${alterations.map(({ key, offset }) => `byte ${offset} of ${key}`).join(', ')}`,
  }
}

function flip(key: string, sizeBytes: number, random: RandomStream) {
  return {
    kind: 'flip' as const,
    key,
    offset: random.integer(0, sizeBytes - 1),
    mask: random.integer(1, 255),
  }
}

function nothingToStrike({ copies, segment }: Parameters): OperatingError {
  const which = segment === 0 ? 'no segment' : `segment ${segment} is none`
  const how = copies === 'one' ? ' and has several copies' : ''
  return new OperatingError('usage-invalid', `corrupt-segment: ${which} that the restore needs${how}`)
}

/**
 * One byte of a log segment that the restore reads is another one than was written; nothing in the store knows. `one` strikes a
 * segment of which both the archive and a backup have a copy, in the copy that is read first; `all` strikes every copy, of a
 * segment that the newest base does not hold unless one is named.
 */
export const corruptSegment = defineFault({
  kind: 'corrupt-segment',
  verb: 'flip a byte of a log segment at rest',
  strikes: 'stored-objects',
  when: 'before the run begins',
  targets: ['sim', 'local'],
  domains,
  outcome: ({ copies }) => (copies === 'one' ? 'recover' : 'refuse'),
  survival:
    'Any other copy restores all. With none left: refused by range, unless the base holds it; with the loss accepted, exactly what follows is lost.',
  excuses: ({ copies }) => (copies === 'one' ? NO_EXCUSE : { delayMs: 0, lossMs: null }),
  planSource: planCorruptSegment,
  strike: strikePlan(planCorruptSegment),
})
