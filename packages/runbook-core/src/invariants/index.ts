import { rtoWithinObjective } from './i01-rto-within-objective.ts'
import { lossWithinDerivedRpo } from './i02-loss-within-derived-rpo.ts'
import { nothingAfterTarget } from './i03-nothing-after-target.ts'
import { everythingBeforeTarget } from './i04-everything-before-target.ts'
import { contiguousPrefix } from './i05-contiguous-prefix.ts'
import { lastGoodCopySurvives } from './i06-last-good-copy-survives.ts'
import { honestVerdict } from './i07-honest-verdict.ts'
import { noTrafficBeforeGate } from './i08-no-traffic-before-gate.ts'
import { protectedBeforeTraffic } from './i09-protected-before-traffic.ts'
import { resumeConverges } from './i10-resume-converges.ts'
import { productionUntouched } from './i11-production-untouched-by-drill.ts'
import { leastPrivilegeFiles } from './i12-least-privilege-files.ts'
import { noResurrection } from './i13-no-resurrection.ts'
import { selectionExplained } from './i14-selection-explained.ts'
import { journalComplete } from './i15-journal-complete.ts'
import { boundedDisk } from './i16-bounded-disk.ts'
import type { Invariant } from './invariant.ts'

export { defineInvariant, holds, type Invariant, type InvariantContext } from './invariant.ts'
export type { InvariantId, InvariantResult, InvariantStatus } from './invariant-result.ts'

/** Every invariant, in order. */
export const INVARIANTS: readonly Invariant[] = [
  rtoWithinObjective,
  lossWithinDerivedRpo,
  nothingAfterTarget,
  everythingBeforeTarget,
  contiguousPrefix,
  lastGoodCopySurvives,
  honestVerdict,
  noTrafficBeforeGate,
  protectedBeforeTraffic,
  resumeConverges,
  productionUntouched,
  leastPrivilegeFiles,
  noResurrection,
  selectionExplained,
  journalComplete,
  boundedDisk,
]
