import { diskMeter, environment, type PortHandlers } from '@dr-drill/runbook-core'
import { nodeFileSystem } from '@dr-drill/simulator/server'
import { realClock } from '../../ports/clock.ts'
import { realCommands } from '../../ports/commands.ts'
import { realHost } from '../../ports/host.ts'
import { realHttp } from '../../ports/http.ts'
import { logTo } from '../../ports/log.ts'
import { objectStores } from '../../ports/object-store/index.ts'
import { hostAccounts } from '../../ports/processes/host-accounts.ts'
import { systemRandom } from '../../ports/random.ts'
import { recorders } from '../../ports/recorders.ts'
import { systemdServices } from '../../ports/systemd/index.ts'
import type { AgentHost, HostContext } from './agent-host.ts'
import type { SystemHost } from './host-description.ts'

/** Ports behind which a machine has nothing of its own: they only remember. */
const RECORDERS: ReadonlySet<string> = new Set(['Dns', 'Traffic', 'Alerts', 'Notifier'])

/** The machine that this process runs on, as it is. */
export function openSystemHost(description: SystemHost, context: HostContext): AgentHost {
  const { root, locations, endpoints, historyShiftMs } = description
  const disk = nodeFileSystem({ root })
  const meter = diskMeter(disk)
  const stores = objectStores({ locations, files: disk, variables: {} })
  // Nobody watches; what is there to be watched is up as soon as the run asks.
  const recording = recorders(
    () => {},
    () => Object.keys(endpoints),
  )
  const commands = realCommands({
    root: root === '/' ? null : root,
    searchPath: description.searchPath,
    findAccount: hostAccounts,
    groups: context.groups,
  })
  const endpointOf = (name: string) => (Object.hasOwn(endpoints, name) ? (endpoints[name] ?? null) : null)
  const ports: Record<string, unknown> = {
    Clock: realClock({ drillStartMs: context.drillStartMs, historyShiftMs }),
    Random: systemRandom(),
    Log: logTo(context.onLog),
    FileSystem: meter.files,
    Commands: commands,
    ...(description.serviceManager === 'systemd'
      ? { Services: systemdServices({ commands, historyShiftMs }) }
      : {}),
    Host: realHost(),
    Http: realHttp(endpointOf),
    ObjectStore: meter.watchDownloads(stores.handlers),
    Dns: recording.dns,
    Traffic: recording.traffic,
    Alerts: recording.alerts,
    Notifier: recording.notifier,
  }
  return {
    environment: environment(ports as Record<string, PortHandlers>),
    capabilities: new Set(description.capabilities),
    recorders: RECORDERS,
    facts: async () => ({
      diskPeakBytes: meter.peakBytes,
      requests: Object.fromEntries(Object.keys(locations).map((name) => [name, stores.requests(name)])),
    }),
    // Its services are the machine's: they neither died with a process of ours nor end with one.
    revive: async () => {},
    endProcesses: async () => {},
    async close() {
      stores.close()
      disk.close()
    },
  }
}
