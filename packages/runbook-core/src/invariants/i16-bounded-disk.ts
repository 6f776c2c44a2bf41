import { absence, evidenceOf } from '../verdict/evidence.ts'
import { defineInvariant, holds } from './invariant.ts'

/**
 * The run never had more on the target's disk than the plan said (D18).
 * Does not see: peaks between two measurements, and what other programs write.
 */
export const boundedDisk = defineInvariant('I16', 'bounded-disk', ({ record }) => {
  const disk = evidenceOf(record, 'disk-peak')
  if (disk === null) {
    const placedNothing = record.ended !== null && record.ended.outcome !== 'completed'
    return placedNothing
      ? ['not-applicable', 'the run did not complete']
      : ['not-checked', absence(record, 'disk-peak')]
  }
  if (disk.boundBytes === null) return ['not-checked', 'the plan could not compute a bound']
  return holds(
    disk.peakBytes <= disk.boundBytes,
    `at most ${disk.peakBytes} of ${disk.boundBytes} bytes planned`,
  )
})
