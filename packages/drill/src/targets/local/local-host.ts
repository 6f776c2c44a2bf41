import { fileURLToPath } from 'node:url'
import type { RunSecrets } from './keys.ts'
import type { LocalTargetOptions } from './local-target.ts'
import type { LocalRunHooks } from './run-hooks.ts'
import type { RunRequest } from './run-request.ts'
import { probeServiceAccount } from './service-account.ts'
import type { PreparedStores } from './source.ts'

/** A recovery host but for the instant at which a process takes over its clock. */
export type LocalHost = Omit<LocalTargetOptions, 'drillStartMs'>

/** The recovery host of a run, in its working directory. */
export function localHost(
  directory: string,
  request: RunRequest,
  known: { readonly stores: PreparedStores; readonly secrets: RunSecrets; readonly historyShiftMs: number },
  hooks: LocalRunHooks,
): LocalHost {
  const account = probeServiceAccount([directory, fileURLToPath(import.meta.url)])
  if (account.kind === 'own') hooks.onLog({ level: 'info', message: account.reason })
  return {
    work: request.work,
    locations: { source: known.stores.source, archive: known.stores.archive },
    secrets: known.secrets,
    account,
    allowHostCommands: request.allowHostCommands,
    historyShiftMs: known.historyShiftMs,
    variables: hooks.variables,
    onLog: hooks.onLog,
  }
}
