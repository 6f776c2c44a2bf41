import { checkAlerts } from './checks/check-alerts.ts'
import { checkMetrics } from './checks/check-metrics.ts'
import { compareCounts } from './checks/compare-counts.ts'
import { confirmGate } from './checks/confirm-gate.ts'
import { runQuery } from './checks/run-query.ts'
import { writeProbe } from './checks/write-probe.ts'
import type { DatabasePack } from './database-pack.ts'
import type { AnyAction } from './define-action.ts'
import { approve } from './host/approve.ts'
import { fence } from './host/fence.ts'
import { inspectHost } from './host/inspect-host.ts'
import { installArtifact } from './host/install-artifact.ts'
import { runCommand } from './host/run-command.ts'
import { writeConfig } from './host/write-config.ts'
import { fetchBackup } from './restore/fetch-backup.ts'
import { fetchLog } from './restore/fetch-log.ts'
import { placeFiles } from './restore/place-files.ts'
import { scanLog } from './restore/scan-log.ts'
import { selectBackup } from './restore/select-backup.ts'
import { selectLog } from './restore/select-log.ts'
import { setOwnership } from './restore/set-ownership.ts'
import { verifyBackup } from './restore/verify-backup.ts'
import { enableTimers } from './resume/enable-timers.ts'
import { forceBackup } from './resume/force-backup.ts'
import { notify } from './resume/notify.ts'
import { probeClient } from './resume/probe-client.ts'
import { switchDns } from './resume/switch-dns.ts'
import { switchTraffic } from './resume/switch-traffic.ts'
import { awaitHealth } from './service/await-health.ts'
import { installUnits } from './service/install-units.ts'
import { startService } from './service/start-service.ts'
import { stopService } from './service/stop-service.ts'

/** Every action kind, for one database. */
export function actionsFor(pack: DatabasePack): readonly AnyAction[] {
  return [
    approve,
    awaitHealth(pack),
    checkAlerts,
    checkMetrics(pack),
    compareCounts(pack),
    confirmGate,
    enableTimers,
    fence,
    fetchBackup(pack.backup),
    fetchLog,
    forceBackup(pack),
    inspectHost,
    installArtifact,
    installUnits(pack),
    notify,
    placeFiles,
    probeClient(pack),
    runCommand,
    runQuery(pack),
    scanLog(pack.log),
    selectBackup(pack.backup),
    selectLog(pack.log),
    setOwnership,
    startService,
    stopService,
    switchDns,
    switchTraffic,
    verifyBackup(pack.backup),
    writeConfig,
    writeProbe(pack),
  ]
}
