import { AbstractStartedContainer, AbstractStoppedContainer, type ExecResult, Wait } from 'testcontainers'
import { within } from '../engine/within.ts'
import { JoinedContainer, type Placement } from './joined-container.ts'

const NAME = 'recovery-host'
const BOOT_MS = 120_000

/** What of a recovery host outlives its container: data, changed configuration, what was installed, its journal. */
export const HOST_VOLUMES = {
  data: '/var/lib/stemedb',
  scratch: '/var/backups/stemedb',
  programs: '/opt/stemedb/bin',
  defaults: '/etc/default',
  units: '/etc/systemd/system',
  secrets: '/etc/dr-drill',
  spool: '/var/lib/dr-drill',
  journal: '/var/log/journal',
} as const

/** What can be kept of a recovery host. */
export type HostPart = keyof typeof HOST_VOLUMES

const GIB = 1

/** The recovery host, not booted: Debian with systemd as PID 1, by the least that this needs. */
export class RecoveryHostContainer extends JoinedContainer {
  constructor(image: string, placement: Placement, volumes: Readonly<Record<HostPart, string>>) {
    super(image, NAME, placement)
    const mounted = Object.entries(HOST_VOLUMES).map(([part, path]) => [path, volumes[part as HostPart]])
    // Never the host's own control groups: a namespace of its own is enough, and changes nothing outside.
    Object.assign(this.hostConfig, { CgroupnsMode: 'private' })
    this.withVolumes(Object.fromEntries(mounted) as Record<string, string>)
      .withTmpFs({ '/run': 'rw,nosuid,nodev,mode=755', '/run/lock': 'rw,nosuid,nodev,noexec' })
      .withAddedCapabilities('SYS_ADMIN')
      .withResourcesQuota({ memory: 2 * GIB })
      .withHealthCheck({
        test: ['CMD-SHELL', 'systemctl is-system-running --quiet && systemctl is-active --quiet ssh'],
        interval: 250,
        timeout: 5_000,
        retries: 1_000,
        startPeriod: BOOT_MS,
      })
      .withWaitStrategy(Wait.forHealthCheck())
      .withStartupTimeout(BOOT_MS)
  }

  override async start(): Promise<StartedRecoveryHost> {
    return new StartedRecoveryHost(await within(BOOT_MS + 5_000, 'the recovery host', super.start()))
  }
}

/** The recovery host, booted. */
export class StartedRecoveryHost extends AbstractStartedContainer {
  /** Runs a program as root. */
  override async exec(argv: string[]): Promise<ExecResult> {
    return await within(60_000, argv.join(' '), super.exec(argv))
  }

  override async stop(): Promise<StoppedRecoveryHost> {
    // Processes of a drill are no machine to be shut down with care: what must last was made durable.
    return new StoppedRecoveryHost(await super.stop({ timeout: 1 }))
  }
}

/** The recovery host, gone; its volumes are there. */
export class StoppedRecoveryHost extends AbstractStoppedContainer {}
