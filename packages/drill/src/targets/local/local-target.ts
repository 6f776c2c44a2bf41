import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Capability,
  diskMeter,
  environment,
  OperatingError,
  type PortHandler,
  type PortHandlers,
  type ServicesContract,
} from '@dr-drill/runbook-core'
import { STEMEDB_ENDPOINT, STEMEDB_USER, stemedbApiService } from '@dr-drill/runbook-core/stemedb'
import { nodeFileSystem } from '@dr-drill/simulator/server'
import { ownCommand } from '../../cli/own-command.ts'
import { realClock } from '../../ports/clock.ts'
import { realCommands } from '../../ports/commands.ts'
import { realHost } from '../../ports/host.ts'
import { realHttp } from '../../ports/http.ts'
import { type LogEntry, logTo } from '../../ports/log.ts'
import { objectStores, type StoreLocation } from '../../ports/object-store/index.ts'
import type { Account } from '../../ports/processes/accounts.ts'
import type { GroupWatch } from '../../ports/processes/group-register.ts'
import { systemRandom } from '../../ports/random.ts'
import { recorders } from '../../ports/recorders.ts'
import { type Supervisor, supervisor, unitStore } from '../../ports/supervisor/index.ts'
import { executorHere } from '../executor-here.ts'
import { OPS_PROGRAM } from '../stemedb-actions.ts'
import type { Target } from '../target.ts'
import { endpointBook } from './endpoints.ts'
import { placeHostFiles } from './host-files.ts'
import type { RunSecrets } from './keys.ts'
import { SERVICE_ACCOUNT, type ServiceAccount } from './service-account.ts'
import { localServiceHost } from './service-host.ts'
import { requireLoopback, unitVariables } from './unit-variables.ts'

/** What a local target is built from. */
export interface LocalTargetOptions {
  /** Working directory of the run: the recovery host's root and the drill's own records lie below it. */
  readonly work: string
  readonly locations: { readonly source: StoreLocation; readonly archive: StoreLocation }
  readonly secrets: RunSecrets
  readonly account: ServiceAccount
  readonly allowHostCommands: boolean
  /** Where this process takes over the drill's clock, and history's distance from the wall clock, ms. */
  readonly drillStartMs: number
  readonly historyShiftMs: number
  /** Environment of the drill, for credentials only. */
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly onLog: (entry: LogEntry) => void
  /** Hears of programs that steps start. */
  readonly groups?: GroupWatch
}

/** Processes get this long to end by themselves when a run ends. */
const STOP_MS = 2_500

/** How long an engine that starts may take to say where it listens. */
const ADDRESS_MS = 30_000

/** The ports that only remember. */
const RECORDERS: ReadonlySet<string> = new Set(['Dns', 'Traffic', 'Alerts', 'Notifier'])

/** Builds a directory of this machine as a recovery host, below `work/root`, and its ports. */
export async function openLocalTarget(options: LocalTargetOptions): Promise<Target> {
  const root = join(options.work, 'root')
  const account = options.account.kind === 'separate' ? options.account.account : null
  makeRoot(root)
  const disk = nodeFileSystem({ root, accounts: targetAccounts() })
  const meter = diskMeter(disk)
  const signingKey = await placeHostFiles(root, disk, options.secrets.signingSeed, account)
  const { services, handlers, engineUrl, revive } = unitsOf(options, root, account, signingKey)
  const stores = objectStores({ locations: options.locations, files: disk, variables: options.variables })
  const recording = recorders(
    () => {},
    () => (engineUrl() === null ? [] : [STEMEDB_ENDPOINT]),
  )
  const ports: Record<string, unknown> = {
    Clock: realClock({ drillStartMs: options.drillStartMs, historyShiftMs: options.historyShiftMs }),
    Random: systemRandom(),
    Log: logTo(options.onLog),
    FileSystem: meter.files,
    Host: realHost({ extraAccounts: account === null ? [] : [STEMEDB_USER] }),
    Services: handlers,
    Http: realHttp((name) => endpointAt(name, engineUrl(), options.secrets.adminToken)),
    ObjectStore: meter.watchDownloads(stores.handlers),
    Dns: recording.dns,
    Traffic: recording.traffic,
    Alerts: recording.alerts,
    Notifier: recording.notifier,
    ...(options.allowHostCommands ? { Commands: hostCommands(root, account, options.groups) } : {}),
  }
  const world = {
    environment: environment(ports as Record<string, PortHandlers>),
    capabilities: capabilities(account !== null, options.allowHostCommands),
    recorders: RECORDERS,
  }
  return {
    ...world,
    executor: (run) => executorHere(world, 'sandbox', run),
    facts: async () => ({
      diskPeakBytes: meter.peakBytes,
      requests: { source: stores.requests('source'), archive: stores.requests('archive') },
    }),
    revive,
    endProcesses: () => services.close(STOP_MS),
    async close() {
      await services.close(STOP_MS)
      stores.close()
      disk.close()
    },
  }
}

/** The host's units and where its engine listens. */
interface HostUnits {
  readonly services: Supervisor
  readonly handlers: PortHandler<ServicesContract>
  /** Null while it does not run or has not said so. */
  readonly engineUrl: () => string | null
  readonly revive: () => Promise<void>
}

function unitsOf(
  options: LocalTargetOptions,
  root: string,
  account: Account | null,
  signingKey: string,
): HostUnits {
  const engine = stemedbApiService().name
  const book = endpointBook()
  const engineUrl = (): string | null => (services.isRunning(engine) ? book.urlOf(engine) : null)
  const services = supervisor({
    host: localServiceHost({
      root,
      account,
      programs: { [OPS_PROGRAM]: ownCommand() },
      variablesOf: (unit, configured) => {
        requireLoopback(configured)
        // An address printed by an earlier process is nobody's any more.
        if (unit.type === 'daemon') book.forget(unit.name)
        return unitVariables({ ...options, unit, root, engineUrl: engineUrl(), signingKey })
      },
      onLine: book.onLine,
      historyNow: () => Date.now() + options.historyShiftMs,
    }),
    store: unitStore(join(options.work, 'units.json')),
    onTimerFailure: (service, error) =>
      options.onLog({ level: 'warn', message: `timer run of ${service} failed: ${String(error)}` }),
  })
  const addressed = async (): Promise<void> => {
    if (services.isRunning(engine)) await book.whenKnown(engine, ADDRESS_MS)
  }
  return {
    services,
    engineUrl,
    handlers: {
      ...services.handlers,
      // On a host with fixed ports an operation waits for the engine's; here it waits for the port to be known.
      async runOnce(input, context) {
        await addressed()
        await services.handlers.runOnce(input, context)
      },
    },
    async revive() {
      await services.handlers.start({ name: engine }, { onCancel() {} })
      await addressed()
    },
  }
}

/** Open to the service account, whatever the umask of whoever runs the drill. */
function makeRoot(root: string): void {
  mkdirSync(root, { recursive: true })
  chmodSync(root, 0o755)
}

/** The service account exists on the recovery host only; this machine's own accounts are left as they are. */
function targetAccounts() {
  return {
    users: { [STEMEDB_USER]: SERVICE_ACCOUNT.uid },
    groups: { [STEMEDB_USER]: SERVICE_ACCOUNT.gid },
  }
}

function endpointAt(name: string, url: string | null, token: string) {
  return name === STEMEDB_ENDPOINT && url !== null ? { url, token } : null
}

function hostCommands(root: string, account: Account | null, groups: GroupWatch | undefined) {
  return realCommands({
    root,
    ...(groups === undefined ? {} : { groups }),
    searchPath: '/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin',
    findAccount: (user) => {
      if (user === STEMEDB_USER) return account
      throw new OperatingError('capability-missing', `a local host has no account ${user}`, { subject: user })
    },
  })
}

function capabilities(chowns: boolean, commands: boolean): ReadonlySet<Capability> {
  const always: Capability[] = ['service-manager', 'dns', 'traffic', 'alerts', 'notify']
  return new Set<Capability>([
    ...always,
    ...(chowns ? (['chown'] as const) : []),
    ...(commands ? (['commands'] as const) : []),
  ])
}
