import type { FaultKind } from './fault-kind.ts'
import { badPermissions } from './kinds/bad-permissions.ts'
import { blindMonitoring } from './kinds/blind-monitoring.ts'
import { closedDirectory } from './kinds/closed-directory.ts'
import { corruptCheckpoint } from './kinds/corrupt-checkpoint.ts'
import { corruptManifest } from './kinds/corrupt-manifest.ts'
import { corruptSegment } from './kinds/corrupt-segment.ts'
import { crashedService } from './kinds/crashed-service.ts'
import { cutLink } from './kinds/cut-link.ts'
import { deletedObjects } from './kinds/deleted-objects.ts'
import { deniedVerb } from './kinds/denied-verb.ts'
import { driftingClock } from './kinds/drifting-clock.ts'
import { encryptedObjects } from './kinds/encrypted-objects.ts'
import { expiredCredentials } from './kinds/expired-credentials.ts'
import { failedBackup } from './kinds/failed-backup.ts'
import { failedFsync } from './kinds/failed-fsync.ts'
import { failedStart } from './kinds/failed-start.ts'
import { failingDisk } from './kinds/failing-disk.ts'
import { failingStore } from './kinds/failing-store.ts'
import { firingAlert } from './kinds/firing-alert.ts'
import { forgedBackup } from './kinds/forged-backup.ts'
import { forgedSegment } from './kinds/forged-segment.ts'
import { fullDisk } from './kinds/full-disk.ts'
import { heldRequests } from './kinds/held-requests.ts'
import { hungService } from './kinds/hung-service.ts'
import { incompleteBackup } from './kinds/incomplete-backup.ts'
import { killRunner } from './kinds/kill-runner.ts'
import { lateApproval } from './kinds/late-approval.ts'
import { lateListing } from './kinds/late-listing.ts'
import { leftoverUnits } from './kinds/leftover-units.ts'
import { lossyLink } from './kinds/lossy-link.ts'
import { lostAnswers } from './kinds/lost-answers.ts'
import { lostBucket } from './kinds/lost-bucket.ts'
import { lostSegment } from './kinds/lost-segment.ts'
import { lostSidecar } from './kinds/lost-sidecar.ts'
import { lostTail } from './kinds/lost-tail.ts'
import { lostWrite } from './kinds/lost-write.ts'
import { lyingFence } from './kinds/lying-fence.ts'
import { lyingFsync } from './kinds/lying-fsync.ts'
import { misdirectedWrite } from './kinds/misdirected-write.ts'
import { misnamedBackup } from './kinds/misnamed-backup.ts'
import { occupiedPort } from './kinds/occupied-port.ts'
import { oldProgram } from './kinds/old-program.ts'
import { openFiles } from './kinds/open-files.ts'
import { partialSync } from './kinds/partial-sync.ts'
import { pausedHost } from './kinds/paused-host.ts'
import { powerLoss } from './kinds/power-loss.ts'
import { readOnlyDisk } from './kinds/read-only-disk.ts'
import { refusedDns } from './kinds/refused-dns.ts'
import { refusedFence } from './kinds/refused-fence.ts'
import { refusedNotice } from './kinds/refused-notice.ts'
import { refusedRouting } from './kinds/refused-routing.ts'
import { returningPrimary } from './kinds/returning-primary.ts'
import { rottenPlacement } from './kinds/rotten-placement.ts'
import { rottenStaging } from './kinds/rotten-staging.ts'
import { s3Outage } from './kinds/s3-outage.ts'
import { sealedFiles } from './kinds/sealed-files.ts'
import { silentTimer } from './kinds/silent-timer.ts'
import { slowDisk } from './kinds/slow-disk.ts'
import { slowLink } from './kinds/slow-link.ts'
import { slowManager } from './kinds/slow-manager.ts'
import { slowStore } from './kinds/slow-store.ts'
import { smallHost } from './kinds/small-host.ts'
import { staleReplica } from './kinds/stale-replica.ts'
import { staleResolver } from './kinds/stale-resolver.ts'
import { stolenKey } from './kinds/stolen-key.ts'
import { swallowedDns } from './kinds/swallowed-dns.ts'
import { swallowedRouting } from './kinds/swallowed-routing.ts'
import { swappedSegments } from './kinds/swapped-segments.ts'
import { throttledStore } from './kinds/throttled-store.ts'
import { tornSegment } from './kinds/torn-segment.ts'
import { truncatedObject } from './kinds/truncated-object.ts'
import { upgradedEngine } from './kinds/upgraded-engine.ts'
import { usedHost } from './kinds/used-host.ts'
import { wrongClock } from './kinds/wrong-clock.ts'
import { wrongOwner } from './kinds/wrong-owner.ts'

/** A kind of which only the registry's functions know that parameters fit. */
// biome-ignore lint/suspicious/noExplicitAny: each kind checks its parameters by its own schema
export type AnyFault = FaultKind<any>

/** The fault atlas, by name. */
export const FAULTS: readonly AnyFault[] = [
  badPermissions,
  blindMonitoring,
  closedDirectory,
  corruptCheckpoint,
  corruptManifest,
  corruptSegment,
  crashedService,
  cutLink,
  deletedObjects,
  deniedVerb,
  driftingClock,
  encryptedObjects,
  expiredCredentials,
  failedBackup,
  failedFsync,
  failedStart,
  failingDisk,
  failingStore,
  firingAlert,
  forgedBackup,
  forgedSegment,
  fullDisk,
  heldRequests,
  hungService,
  incompleteBackup,
  killRunner,
  lateApproval,
  lateListing,
  leftoverUnits,
  lossyLink,
  lostAnswers,
  lostBucket,
  lostSegment,
  lostSidecar,
  lostTail,
  lostWrite,
  lyingFence,
  lyingFsync,
  misdirectedWrite,
  misnamedBackup,
  occupiedPort,
  oldProgram,
  openFiles,
  partialSync,
  pausedHost,
  powerLoss,
  readOnlyDisk,
  refusedDns,
  refusedFence,
  refusedNotice,
  refusedRouting,
  returningPrimary,
  rottenPlacement,
  rottenStaging,
  s3Outage,
  sealedFiles,
  silentTimer,
  slowDisk,
  slowLink,
  slowManager,
  slowStore,
  smallHost,
  staleReplica,
  staleResolver,
  stolenKey,
  swallowedDns,
  swallowedRouting,
  swappedSegments,
  throttledStore,
  tornSegment,
  truncatedObject,
  upgradedEngine,
  usedHost,
  wrongClock,
  wrongOwner,
]
