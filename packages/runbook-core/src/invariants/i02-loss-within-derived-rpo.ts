import { judgedLossMs } from '../verdict/objectives.ts'
import { defineInvariant, holds } from './invariant.ts'

/**
 * No more is lost than the timers' own periods allow. Judged by the ledger's loss window, without a ledger by the archive's age.
 * Does not see: whether that worst case is acceptable (the RPO says that), and loss older than the window if the ledger has no
 * complete coverage.
 */
export const lossWithinDerivedRpo = defineInvariant(
  'I2',
  'loss-within-derived-rpo',
  ({ objectives, times }) => {
    const { derivedWorstCaseMs, basis } = objectives.rpo
    if (times.gatePassed === null) return ['not-applicable', 'nothing was restored']
    if (derivedWorstCaseMs === null) {
      return ['not-applicable', 'no worst case can be derived: the open segment is not rotated each cycle']
    }
    const lossMs = judgedLossMs(objectives.rpo)
    if (lossMs === null) return ['not-checked', `neither loss nor archive age is known (basis ${basis})`]
    return holds(
      lossMs <= derivedWorstCaseMs,
      `${lossMs} ms by ${basis}; the timers allow ${derivedWorstCaseMs} ms`,
    )
  },
)
