import { evidenceOf } from '@dr-drill/runbook-core'
import { defineChecker, holds } from './checker.ts'

/**
 * The run never had more on the host's disk than was planned, measured at the disk before each of its writes, until the engine starts; and
 * it begins to fetch only where there is room for twice the backup: on a host that had less already when the source was last looked at,
 * nothing is fetched.
 * Does not see: what the engine and its timers write, a peak within a single write, and who takes the room away at that very moment.
 */
export const boundedDisk = defineChecker(
  'I16',
  'bounded-disk',
  ({ judged, peakBytes, sightings, source }) => {
    const { roomAtFetch } = sightings
    const backup = source.survey.smallestBackupBytes
    if (roomAtFetch !== null && Math.max(roomAtFetch.before, roomAtFetch.atFetch) < 2 * backup)
      return ['violated', `a fetch began with ${roomAtFetch.atFetch} bytes free; no backup fits twice`]
    const bound = evidenceOf(judged.record, 'disk-peak')?.boundBytes ?? null
    if (bound === null) return ['not-applicable', 'no backup was fetched, so no bound is known']
    return holds(peakBytes <= bound, `at most ${peakBytes} of ${bound} bytes planned`)
  },
)
