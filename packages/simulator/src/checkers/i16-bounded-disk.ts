import { evidenceOf } from '@dr-drill/runbook-core'
import { defineChecker, holds } from './checker.ts'

/**
 * The run never had more on the host's disk than was planned: measured at the disk before each of its writes, until the engine starts.
 * Does not see: what the engine and its timers write, and a peak within a single write.
 */
export const boundedDisk = defineChecker('I16', 'bounded-disk', ({ judged, peakBytes }) => {
  const bound = evidenceOf(judged.record, 'disk-peak')?.boundBytes ?? null
  if (bound === null) return ['not-applicable', 'no backup was fetched, so no bound is known']
  return holds(peakBytes <= bound, `at most ${peakBytes} of ${bound} bytes planned`)
})
