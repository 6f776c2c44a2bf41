import { absence, evidenceOf } from '../verdict/evidence.ts'
import { defineInvariant } from './invariant.ts'

/**
 * The restored data is protected again (timers on, a backup of it in the archive) before a client can write to it (D61-D64).
 * Does not see: whether that backup can be restored; only a restore of it can tell.
 */
export const protectedBeforeTraffic = defineInvariant(
  'I9',
  'protected-before-traffic',
  ({ times, record }) => {
    const { trafficMoved, protected: protection } = times
    if (trafficMoved === null && times.gatePassed === null) return ['held', 'no client was let in']
    if (trafficMoved !== null && (protection === null || protection.seq > trafficMoved.seq)) {
      return ['violated', `${trafficMoved.by} let clients in before the data was protected`]
    }
    // Where traffic is not exercised, the gate stands for it.
    if (trafficMoved === null && protection === null)
      return ['violated', 'the gate passed and nothing protects the data']
    const archived = evidenceOf(record, 'archive-objects')
    if (archived === null) return ['not-checked', absence(record, 'archive-objects')]
    if (archived.backups === 0) return ['violated', 'no backup of the restored data lies in the archive']
    return ['held', `protected at ${protection?.at ?? 0} ms; ${archived.backups} backups lie in the archive`]
  },
)
