import {
  driveAsync,
  environment,
  OperatingError,
  type PortHandlers,
  type ServiceStatus,
  Services,
  unwrap,
} from '@dr-drill/runbook-core'
import { stemedbProtectionUnits } from '@dr-drill/runbook-core/stemedb'
import type { LogEntry } from '../../../ports/log.ts'
import type { StoreLocation } from '../../../ports/object-store/index.ts'
import { supervisor } from '../../../ports/supervisor/index.ts'
import { engineClient } from '../engine/client-environment.ts'
import { SIGNING_KEY } from '../machines/disk-filler.ts'
import { PRODUCTION_INTERVALS } from '../parameters.ts'

const ARCHIVE = 'stemedb-archive-wal.service'
const POLL_MS = 100

/** What production's timers need to know. */
export interface ProductionTimersOptions {
  readonly containerId: string
  /** As the container reaches it, with keys that may write. */
  readonly store: StoreLocation
  readonly adminToken: string
  readonly onLog: (entry: LogEntry) => void
}

/** Production's timers, running. */
export interface ProductionTimers {
  /** Returns when one more archive cycle has run to its end. @throws environment-lacking when it failed or took too long */
  afterArchiveCycle(signal: AbortSignal): Promise<void>
  stop(): Promise<void>
}

/**
 * The timers of the very unit records that a restored host gets, at shorter intervals; what they start runs inside production's
 * container, where an image of the engine has no service manager. Secrets go by environment, named but not written in the arguments.
 */
export async function startProductionTimers(options: ProductionTimersOptions): Promise<ProductionTimers> {
  const variables = operationVariables(options)
  const units = stemedbProtectionUnits({
    opsCommand: ['/opt/dr-drill/bin/dr-drill', 'ops'],
    ...PRODUCTION_INTERVALS,
  })
  const services = supervisor({
    host: {
      programOf: (unit) => ({
        argv: [
          'docker',
          'exec',
          ...Object.keys(variables).flatMap((name) => ['--env', name]),
          options.containerId,
          ...unit.argv,
        ],
        env: { ...engineClient(), ...variables },
        directory: '/',
        account: null,
      }),
      onLine() {},
      historyNow: () => Date.now(),
    },
    // Production is never resumed: nothing of it outlives its disaster.
    store: { load: () => ({ units: [], enabled: [] }), save() {} },
    onTimerFailure: (service, error) =>
      options.onLog({ level: 'warn', message: `production: ${service} failed: ${String(error)}` }),
  })
  const world = environment({ Services: services.handlers as unknown as PortHandlers })
  await driveAsync(
    installed(
      units.map(({ name }) => name),
      units,
    ),
    world,
  ).then(unwrap)
  const archive = async (): Promise<ServiceStatus> => {
    const [status] = unwrap(await driveAsync(Services.status({ names: [ARCHIVE] }), world))
    if (status === undefined) throw new OperatingError('environment-lacking', `${ARCHIVE} is not there`)
    return status
  }
  return {
    async afterArchiveCycle(signal) {
      const { lastRunAt: before } = await archive()
      const giveUpAt = performance.now() + 4 * PRODUCTION_INTERVALS.archiveIntervalMs
      for (;;) {
        signal.throwIfAborted()
        const { lastRunAt, state, lastExitCode } = await archive()
        if (lastRunAt !== before && state === 'inactive' && lastExitCode === 0) return
        if (performance.now() > giveUpAt) throw neverArchived()
        await new Promise((resolve) => setTimeout(resolve, POLL_MS))
      }
    },
    stop: () => services.close(1_000),
  }
}

function* installed(names: readonly string[], units: ReturnType<typeof stemedbProtectionUnits>) {
  yield* Services.install({ units })
  for (const name of names.filter((one) => one.endsWith('.timer'))) yield* Services.start({ name })
}

const neverArchived = () =>
  new OperatingError('environment-lacking', 'production archived nothing in time', {
    subject: ARCHIVE,
    hint: 'Its log is above; a busy machine may need another attempt.',
  })

function operationVariables({ store, adminToken }: ProductionTimersOptions): Record<string, string> {
  return {
    STEMEDB_ADMIN_TOKEN: adminToken,
    DRILL_STORE: `s3://${store.bucket}/${store.prefix}`,
    DRILL_ENDPOINT: store.endpoint ?? '',
    DRILL_REGION: store.region,
    DRILL_SIGNING_KEY: SIGNING_KEY,
    AWS_ACCESS_KEY_ID: store.keys?.accessKeyId ?? '',
    AWS_SECRET_ACCESS_KEY: store.keys?.secretAccessKey ?? '',
    AWS_SESSION_TOKEN: store.keys?.sessionToken ?? '',
    AWS_EC2_METADATA_DISABLED: 'true',
  }
}
