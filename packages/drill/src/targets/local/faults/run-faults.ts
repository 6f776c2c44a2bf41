import { join } from 'node:path'
import type { ActionRegistry, QualifiedRunbook } from '@dr-drill/runbook-core'
import type { Target } from '../../target.ts'
import { recordOf } from '../judge-and-report.ts'
import type { RunSecrets } from '../keys.ts'
import type { ResumePoint } from '../resume-point.ts'
import type { RunRequest } from '../run-request.ts'
import { SERVICE_ACCOUNT } from '../service-account.ts'
import type { PreparedStores } from '../source.ts'
import { LocalFaults } from './local-faults.ts'

/** What a run has prepared when its faults are. */
export interface FaultedRun {
  readonly runbook: QualifiedRunbook
  readonly actions: ActionRegistry
  readonly stores: PreparedStores
  readonly secrets: RunSecrets
  readonly target: Target
  /** Null for a new run. */
  readonly point: ResumePoint | null
}

/** The faults that a run was asked for, less those that an earlier process of it has seen strike. */
export async function runFaults(
  directory: string,
  request: RunRequest,
  run: FaultedRun,
): Promise<LocalFaults> {
  return new LocalFaults({
    request,
    runbook: run.runbook,
    actions: run.actions,
    record: run.point === null ? null : await recordOf(directory),
    stores: run.stores,
    token: run.secrets.statisticsToken,
    root: join(request.work, 'root'),
    account: run.target.capabilities.has('chown') ? SERVICE_ACCOUNT : null,
  })
}
