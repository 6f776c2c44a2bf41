import type { Checker } from './checker.ts'
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
import { recoversWhenItMust } from './i17-recovers-when-it-must.ts'
import { refusesWhenItMust } from './i18-refuses-when-it-must.ts'
import { unfitHostLeftAlone } from './i19-unfit-host-left-alone.ts'
import { nothingBesideAWriter } from './i20-nothing-beside-a-writer.ts'
import { singlePrimary } from './i21-single-primary.ts'
import { peopleTold } from './i22-people-told.ts'
import { verifiedBeforePlaced } from './i23-verified-before-placed.ts'

/** Every invariant of a simulated drill, in order. From I17 on they need what only a world knows. */
export const CHECKERS: readonly Checker[] = [
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
  recoversWhenItMust,
  refusesWhenItMust,
  unfitHostLeftAlone,
  nothingBesideAWriter,
  singlePrimary,
  peopleTold,
  verifiedBeforePlaced,
]
