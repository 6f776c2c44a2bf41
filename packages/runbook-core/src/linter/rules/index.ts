import type { Rule } from '../rule.ts'
import { anotherCopyTried } from './another-copy-tried.ts'
import { artefactPinned } from './artefact-pinned.ts'
import { authenticityChecked } from './authenticity-checked.ts'
import { backupBeforeTraffic } from './backup-before-traffic.ts'
import { backupSelectedWithReasons } from './backup-selected-with-reasons.ts'
import { budgetsWithinRto } from './budgets-within-rto.ts'
import { clientProbeLast } from './client-probe-last.ts'
import { commandsConverge } from './commands-converge.ts'
import { commandsWithoutHazards } from './commands-without-hazards.ts'
import { diskSpaceChecked } from './disk-space-checked.ts'
import { effectsDeclared } from './effects-declared.ts'
import { exitCodesChecked } from './exit-codes-checked.ts'
import { exposedBehindGate } from './exposed-behind-gate.ts'
import { fencedBeforeSelection } from './fenced-before-selection.ts'
import { fetchTimeFollowsSize } from './fetch-time-follows-size.ts'
import { gateAsksTheService } from './gate-asks-the-service.ts'
import { gateComparesIndependently } from './gate-compares-independently.ts'
import { gateProvesWriting } from './gate-proves-writing.ts'
import { gateWaitsForChecks } from './gate-waits-for-checks.ts'
import { logRotatesEachCycle } from './log-rotates-each-cycle.ts'
import { loopbackUntilGate } from './loopback-until-gate.ts'
import { lossWithinRpo } from './loss-within-rpo.ts'
import { modesNarrow } from './modes-narrow.ts'
import { noDestructionWithoutCopy } from './no-destruction-without-copy.ts'
import { noPlainSecrets } from './no-plain-secrets.ts'
import { noShellText } from './no-shell-text.ts'
import { nothingKeptInTmp } from './nothing-kept-in-tmp.ts'
import { oldPrimaryFenced } from './old-primary-fenced.ts'
import { outsideReachedByPorts } from './outside-reached-by-ports.ts'
import { ownerAndModeSet } from './owner-and-mode-set.ts'
import { patienceWithinTimeout } from './patience-within-timeout.ts'
import { pinnedArtefactBeforeStart } from './pinned-artefact-before-start.ts'
import { preflightFirst } from './preflight-first.ts'
import { probeExcluded } from './probe-excluded.ts'
import { programsLookedFor } from './programs-looked-for.ts'
import { retriesWithinRto } from './retries-within-rto.ts'
import { serviceEnabled } from './service-enabled.ts'
import { serviceKnownStopped } from './service-known-stopped.ts'
import { shellTextConstant } from './shell-text-constant.ts'
import { sourceNotWritten } from './source-not-written.ts'
import { startedOnVerifiedData } from './started-on-verified-data.ts'
import { timeoutsWithinRto } from './timeouts-within-rto.ts'
import { timersBeforeTraffic } from './timers-before-traffic.ts'
import { timersInstalled } from './timers-installed.ts'
import { verifiedBeforePlaced } from './verified-before-placed.ts'

/** Every rule, by id. Add a file, then a line. */
export const RULES: readonly Rule[] = [
  budgetsWithinRto,
  logRotatesEachCycle,
  lossWithinRpo,
  preflightFirst,
  diskSpaceChecked,
  oldPrimaryFenced,
  backupSelectedWithReasons,
  verifiedBeforePlaced,
  startedOnVerifiedData,
  exposedBehindGate,
  timersBeforeTraffic,
  backupBeforeTraffic,
  loopbackUntilGate,
  noDestructionWithoutCopy,
  gateWaitsForChecks,
  gateAsksTheService,
  gateComparesIndependently,
  gateProvesWriting,
  probeExcluded,
  effectsDeclared,
  noShellText,
  shellTextConstant,
  exitCodesChecked,
  modesNarrow,
  ownerAndModeSet,
  timeoutsWithinRto,
  retriesWithinRto,
  outsideReachedByPorts,
  artefactPinned,
  pinnedArtefactBeforeStart,
  timersInstalled,
  serviceEnabled,
  authenticityChecked,
  clientProbeLast,
  serviceKnownStopped,
  commandsConverge,
  noPlainSecrets,
  commandsWithoutHazards,
  programsLookedFor,
  anotherCopyTried,
  sourceNotWritten,
  nothingKeptInTmp,
  fencedBeforeSelection,
  fetchTimeFollowsSize,
  patienceWithinTimeout,
]
